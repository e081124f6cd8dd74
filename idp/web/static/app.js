// Comfort for people whose browser runs scripts. Every page works without this file; it sends nothing by itself.
"use strict";
(() => {
  const all = (selector) => document.querySelectorAll(selector);
  const byId = (id) => document.getElementById(id);

  // Errors are read first.
  const summary = byId("summary");
  if (summary) {
    summary.focus();
    summary.addEventListener("click", (event) => {
      const field = event.target.hash && byId(event.target.hash.slice(1));
      if (field) {
        event.preventDefault();
        field.focus();
      }
    });
  }

  // Copy and print: hidden until now, since without a script they would do nothing.
  const textOf = (element) => {
    const lines = [...element.querySelectorAll("li, dd")].map((line) => line.textContent.trim());
    return lines.length ? lines.join("\n") : element.textContent.replace(/\s+/g, "");
  };
  const say = (words) => {
    const status = byId("status");
    if (status) status.textContent = words;
  };
  if (navigator.clipboard) {
    for (const button of all("[data-copy]")) {
      button.hidden = false;
      button.addEventListener("click", async () => {
        try {
          await navigator.clipboard.writeText(textOf(byId(button.dataset.copy)));
          say(button.dataset.done);
        } catch {
          getSelection().selectAllChildren(byId(button.dataset.copy));
        }
      });
    }
  } else {
    for (const button of all("[data-copy]")) button.remove();
  }
  for (const button of all("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }

  // Show password, and say when Caps Lock is on.
  for (const button of all(".show")) {
    const input = byId(button.getAttribute("aria-controls"));
    const words = [button.textContent, button.dataset.other];
    const labels = [button.getAttribute("aria-label"), button.dataset.otherLabel];
    const set = (shown) => {
      input.type = shown ? "text" : "password";
      button.textContent = words[Number(shown)];
      button.setAttribute("aria-label", labels[Number(shown)]);
    };
    button.hidden = false;
    button.addEventListener("click", () => set(input.type === "password"));
    // A password manager must see a password field when the form is sent.
    input.form.addEventListener("submit", () => set(false));
    const caps = input.closest(".field").querySelector(".caps");
    const watch = (event) => {
      const on = event.getModifierState && event.getModifierState("CapsLock");
      caps.textContent = on ? caps.dataset.caps : "";
    };
    input.addEventListener("keydown", watch);
    input.addEventListener("keyup", watch);
    input.addEventListener("blur", () => { caps.textContent = ""; });
  }

  // How long a new password is while it is typed, counted as the server does. Said once the hands rest.
  const REST_MS = 400;
  for (const meter of all(".meter")) {
    const { minimum, short, enough } = meter.dataset;
    let waiting;
    meter.closest(".field").querySelector("input").addEventListener("input", (event) => {
      const length = [...event.target.value.normalize("NFC")].length;
      clearTimeout(waiting);
      waiting = setTimeout(() => {
        meter.textContent = length ? (length < minimum ? short : enough).replace("#", length) : "";
      }, REST_MS);
    });
  }

  // Before a session ends for lack of use its person is told, and can stay without leaving the page.
  const idle = byId("idle");
  if (idle) {
    const { seconds, stay, warning, over } = idle.dataset;
    const [words, button] = [idle.querySelector("p"), idle.querySelector("button")];
    const SAID_MS = 100;
    const LAST_MS = 120000;
    let ending;
    const tell = (text) => {
      idle.hidden = false;
      setTimeout(() => { words.textContent = text; }, SAID_MS);
    };
    const end = () => {
      button.hidden = true;
      tell(over);
    };
    const wait = () => {
      setTimeout(() => {
        button.hidden = false;
        tell(warning);
        ending = setTimeout(end, LAST_MS);
      }, seconds * 1000);
    };
    button.addEventListener("click", () => {
      const asked = new Image();
      asked.onload = () => {
        idle.hidden = true;
        words.textContent = "";
        byId("main").focus();
        wait();
      };
      asked.onerror = end;
      asked.src = `${stay}?${performance.now()}`;
      clearTimeout(ending);
    });
    wait();
  }

  // One press is enough. `disabled` would drop the button's own value, so it is only marked.
  const GIVE_BACK_MS = 10000;
  const free = (form) => {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-disabled]")) {
      button.removeAttribute("aria-disabled");
      if (button.dataset.words) button.textContent = button.dataset.words;
    }
  };
  for (const form of all("form[data-once]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) {
        event.preventDefault();
        return;
      }
      form.dataset.sent = "yes";
      for (const button of form.querySelectorAll("button[type=submit]")) {
        button.setAttribute("aria-disabled", "true");
        if (button.dataset.busy) {
          button.dataset.words = button.textContent;
          button.textContent = button.dataset.busy;
        }
      }
      setTimeout(() => free(form), GIVE_BACK_MS);
    });
  }
  // Back may show a page from memory, and the sign-in has gone on since.
  addEventListener("pageshow", (event) => {
    all("form[data-once]").forEach(free);
    if (event.persisted) location.reload();
  });

  // A pause counts down by the seconds that the server named: the clock of this device may be wrong.
  const EVERY_MS = 30000;
  for (const timer of all("[role=timer]")) {
    const end = performance.now() + Number(timer.dataset.seconds) * 1000;
    const words = (value, unit) =>
      new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit, unitDisplay: "long" }).format(value);
    const tick = () => {
      const left = Math.ceil((end - performance.now()) / 1000);
      timer.textContent =
        left <= 0 ? timer.dataset.over : left < 60 ? words(left, "second") : words(Math.ceil(left / 60), "minute");
      if (left > 0) setTimeout(tick, left < 60 ? Math.min(left, 10) * 1000 : Math.min(EVERY_MS, (left - 59) * 1000));
    };
    tick();
  }

  // Frames tell apps of a sign-out, and the refresh waits until all have loaded; one that hangs is not waited for.
  const FRAMES_MS = 5000;
  for (const { dataset } of all("[data-onward]")) setTimeout(() => location.replace(dataset.onward), FRAMES_MS);

  // A sign-in in one tab lets the others go on, each to its own app; never while something is being typed.
  if ("BroadcastChannel" in window) {
    const channel = new BroadcastChannel("signed-in");
    const step = byId("main").dataset.step;
    if (step === "returning" || step === "finished") channel.postMessage(step);
    if (["password", "second-factor", "security-key", "recovery", "select-account"].includes(step)) {
      const typing = () => [...all("main input:not([type=hidden])")].some((input) => input.value !== input.defaultValue);
      channel.addEventListener("message", () => { if (!typing()) location.reload(); });
    }
  }
})();
