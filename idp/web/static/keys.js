// Security keys and passkeys: the browser alone can ask for one. A form says what to ask, and takes the answer along.
"use strict";
(() => {
  const octets = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const named = (keys) => keys.map((key) => ({ ...key, id: octets(key.id) }));

  const read = (json) => {
    const asked = JSON.parse(json);
    asked.challenge = octets(asked.challenge);
    if (asked.user) asked.user.id = octets(asked.user.id);
    for (const list of ["excludeCredentials", "allowCredentials"]) if (asked[list]) asked[list] = named(asked[list]);
    return asked;
  };
  const written = ({ id, rawId, type, response }) => {
    const members = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (response[name]) members[name] = text(response[name]);
    }
    if (response.getTransports) members.transports = response.getTransports();
    return JSON.stringify({ id, rawId: text(rawId), type, response: members });
  };

  for (const form of document.querySelectorAll("form[data-key]")) {
    const keyless = form.querySelector("[data-keyless]");
    if (!("PublicKeyCredential" in window)) {
      if (keyless) keyless.dataset.keyless = "shown";
      continue;
    }
    const button = form.querySelector("button[data-ask]");
    const status = form.querySelector("[role=status]");
    const say = (words) => { status.textContent = words; };
    button.hidden = false;
    const ask = async (how) => {
      const answer = await navigator.credentials[form.dataset.key]({ publicKey: read(form.dataset.options), ...how });
      form.elements.credential.value = written(answer);
      form.submit();
    };

    // Passkeys among what the browser offers to fill in. A browser asks one thing at a time, so the button ends this.
    let offer = new AbortController();
    const autofill = async () => {
      if (!("autofill" in form.dataset) || !(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
      offer = new AbortController();
      await ask({ mediation: "conditional", signal: offer.signal }).catch(() => {});
    };
    autofill();
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (button.getAttribute("aria-disabled")) return;
      button.setAttribute("aria-disabled", "true");
      say(button.dataset.ask);
      offer.abort();
      try {
        await ask({});
      } catch (fault) {
        say(fault.name === "InvalidStateError" ? status.dataset.known : status.dataset.none);
        button.removeAttribute("aria-disabled");
        autofill();
      }
    });
  }
})();
