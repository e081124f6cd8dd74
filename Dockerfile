# syntax=docker/dockerfile:1
# The provider without a database: PostgreSQL is a service of its own (docker-compose.yml).

# ── the package, built where its build tools may lie about ───────────────────
FROM python:3.11-slim AS package
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /source
COPY requirements/local.txt requirements/
RUN pip install --quiet --require-hashes --no-deps -r requirements/local.txt
COPY pyproject.toml ./
COPY idp idp
COPY templates templates
COPY migrations migrations
RUN pip wheel --quiet --no-deps --no-build-isolation --no-index --wheel-dir /wheel .

# ── what it needs to run, each package checked against its hash ──────────────
FROM python:3.11-slim AS environment
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv /opt/idp
COPY requirements/runtime.txt /tmp/runtime.txt
RUN /opt/idp/bin/pip install --quiet --require-hashes --no-deps -r /tmp/runtime.txt
COPY --from=package /wheel /wheel
RUN /opt/idp/bin/pip install --quiet --no-deps --no-index /wheel/*.whl \
    && /opt/idp/bin/python -m compileall -q /opt/idp/lib

# ── what runs: no compiler, no build tools, no root ──────────────────────────
FROM python:3.11-slim
RUN groupadd --system --gid 10001 idp \
    && useradd --system --uid 10001 --gid idp --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin idp \
    && install --directory --mode=0700 --owner=idp --group=idp /var/lib/idp /var/lib/idp/keys
COPY --from=environment /opt/idp /opt/idp
ENV PATH=/opt/idp/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUTF8=1 \
    IDP_DATA_DIR=/var/lib/idp \
    IDP_KEYS_DIR=/var/lib/idp/keys \
    IDP_LISTEN=0.0.0.0:8000
USER 10001:10001
WORKDIR /var/lib/idp
VOLUME /var/lib/idp/keys
EXPOSE 8000
STOPSIGNAL SIGTERM
# Whether this process answers; whether it can do its work (database, keys) is what a load balancer asks of /readyz.
# http.client asks this container itself, whatever proxies its environment names.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import http.client, sys; c = http.client.HTTPConnection('127.0.0.1', 8000, timeout=4); c.request('GET', '/healthz'); sys.exit(c.getresponse().status != 200)"]
ENTRYPOINT ["idp"]
CMD ["serve"]
