/* Cairn: our one script. Every page works without it; it adds focus and announcement after boosted navigation, search as you
   type, the editor's autosave and preview, confirmations. It holds no words: texts come from data attributes. */
(() => {
  "use strict";
  const doc = document, root = doc.documentElement;
  const one = (selector, from = doc) => from.querySelector(selector);
  const all = (selector, from = doc) => [...from.querySelectorAll(selector)];
  const on = (name, act, options) => doc.addEventListener(name, act, options);
  const token = () => one("[name=_csrf]")?.value ?? "";
  const post = (url, body, more) => fetch(url, { method: "POST", body, redirect: "manual", headers: { "X-CSRF-Token": token(), Accept: "text/html" }, ...more });

  /* One live region speaks what changes. */
  const live = doc.createElement("div");
  live.className = "vh"; live.setAttribute("role", "status");
  const say = (text) => { doc.body.append(live); live.textContent = ""; setTimeout(() => { live.textContent = text; }, 120); };

  /* Input methods: Enter that ends a composition never submits, searches or saves. */
  let composing = false;
  on("compositionstart", () => { composing = true; }, true);
  on("compositionend", (e) => { setTimeout(() => { composing = false; typed(e); }); }, true);
  on("keydown", (e) => {
    if (e.key === "Enter" && (e.isComposing || e.keyCode === 229)) { e.preventDefault(); e.stopPropagation(); }
  }, true);

  /* Forms: hold back while composing, ask where asked to, send once. */
  on("submit", (e) => {
    const form = e.target, ask = e.submitter?.dataset.confirm ?? form.dataset.confirm;
    const stop = composing || form.dataset.sent || (ask && !confirm(ask));
    if (stop) { e.preventDefault(); e.stopImmediatePropagation(); return; }
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 4000);
  }, true);

  /* Search as you type: GET data-suggest?q= answers with a fragment of links. */
  let timer, request;
  const hide = (form) => one(".hits", form)?.remove();
  const suggest = async (input) => {
    const form = input.form, q = input.value.trim();
    request?.abort();
    if (q.length < 2 && !/[^\0-\x7f]/.test(q)) return hide(form);
    request = new AbortController();
    try {
      const answer = await fetch(`${form.dataset.suggest}?q=${encodeURIComponent(q)}`, { signal: request.signal, headers: { "HX-Request": "true" } });
      const html = answer.ok && !answer.redirected ? (await answer.text()).trim() : "";
      hide(form);
      if (!html || !form.contains(doc.activeElement)) return;
      const box = doc.createElement("div");
      box.className = "hits"; box.innerHTML = html; form.append(box);
      window.htmx?.process(box);
      const news = one("[data-announce]", box);
      if (news) say(news.textContent);
    } catch { /* replaced by a newer one, or no network: the search page remains */ }
  };
  const typed = (e) => {
    const field = e.target;
    if (composing || !field.form) return;
    if (field.form.dataset.suggest) { clearTimeout(timer); timer = setTimeout(suggest, 150, field); }
    field.dispatchEvent(new CustomEvent("cairn:typed", { bubbles: true }));
  };
  on("input", typed);
  on("focusout", (e) => {
    const form = e.target.closest?.("[data-suggest]");
    if (form && !form.contains(e.relatedTarget)) setTimeout(hide, 200, form);
  });

  /* Sums: what fields with data-sum hold adds up in each output whose data-total their group begins with. */
  const sums = (form) => all("output[data-total]", form).forEach((out) => {
    const own = all("[data-sum]", form).filter((field) => field.dataset.sum.startsWith(out.dataset.total) && (out.dataset.total.endsWith(".") || field.dataset.sum === out.dataset.total));
    out.value = own.reduce((sum, field) => sum + (Number(field.value) || 0), 0);
    out.classList.toggle("late", "whole" in out.dataset && Number(out.value) !== Number(out.dataset.whole));
  });
  on("cairn:typed", (e) => { if (e.target.dataset?.sum) sums(e.target.form); });

  /* Keys: / to the search (the account page switches it off), arrows through hits, Escape. */
  on("keydown", (e) => {
    const at = e.target, form = at.closest?.("[data-suggest]");
    if (e.key === "/" && !e.ctrlKey && !e.metaKey && !e.altKey && !at.closest("input, textarea, select, [contenteditable]")) {
      const field = one("[data-keys] [type=search]");
      if (field?.offsetParent) { e.preventDefault(); field.focus(); field.select(); }
    } else if (e.key === "Escape") {
      const menu = at.closest?.(".acc[open]");
      if (menu) { menu.open = false; one("summary", menu).focus(); }
      if (form && one(".hits", form)) { e.preventDefault(); one("[type=search]", form).focus(); hide(form); }
    } else if (form && (e.key === "ArrowDown" || e.key === "ArrowUp")) {
      const stops = [one("[type=search]", form), ...all(".hits a", form)], next = stops[stops.indexOf(at) + (e.key === "ArrowDown" ? 1 : -1)];
      if (next) { e.preventDefault(); next.focus(); }
    }
  });

  /* Small acts: close menus, copy, show a password, print. */
  on("click", (e) => {
    all(".acc[open]").forEach((menu) => { if (!menu.contains(e.target)) menu.open = false; });
    const button = e.target.closest?.("button");
    if (!button) return;
    const { copy, reveal, done } = button.dataset;
    if (copy) {
      const source = doc.getElementById(copy);
      getSelection().selectAllChildren(source);
      if (navigator.clipboard) navigator.clipboard.writeText(source.textContent.trim()); else doc.execCommand("copy");
      button.textContent = done; say(done);
    } else if (reveal) {
      const field = doc.getElementById(reveal), shown = field.type === "password";
      field.type = shown ? "text" : "password";
      button.setAttribute("aria-pressed", shown);
    } else if ("print" in button.dataset) print();
    else if (button.dataset.md) format(button.dataset.md, one("textarea", button.closest(".pane")));
  });

  /* Editor toolbar; insertText keeps undo. */
  const marks = { h2: ["## ", "", 1], h3: ["### ", "", 1], list: ["- ", "", 1], bold: ["**", "**"], link: ["[", "]"], table: ["| | |\n|---|---|\n| | |\n", "", 1] };
  const format = (kind, area) => {
    const [before, after, line] = marks[kind], { selectionStart: from, selectionEnd: to, value } = area;
    const text = (line && from && value[from - 1] !== "\n" ? "\n" : "") + before + value.slice(from, to) + after;
    area.focus();
    if (!doc.execCommand("insertText", false, text)) { area.setRangeText(text, from, to, "end"); area.dispatchEvent(new Event("input", { bubbles: true })); }
    if (after && from === to) area.selectionEnd = area.selectionStart = from + before.length;
  };

  /* Preview: the server renders it, 300 ms after the last key; it scrolls along. */
  const preview = (area) => {
    const out = doc.getElementById(`see-${area.name}-out`);
    let wait, call;
    area.addEventListener("cairn:typed", () => {
      clearTimeout(wait);
      wait = setTimeout(async () => {
        call?.abort(); call = new AbortController();
        try {
          const answer = await post(area.dataset.preview, new URLSearchParams(new FormData(area.form)), { signal: call.signal });
          if (answer.ok) one(".prose", out).innerHTML = await answer.text();
        } catch { /* next pause */ }
      }, 300);
    });
    area.addEventListener("scroll", () => {
      out.scrollTop = area.scrollTop / Math.max(1, area.scrollHeight - area.clientHeight) * (out.scrollHeight - out.clientHeight);
    }, { passive: true });
  };

  /* Check: an expression is judged while it is typed; what is found stands below it. */
  const check = (area) => {
    const out = doc.getElementById(`${area.id}-check`);
    let wait, call;
    area.addEventListener("cairn:typed", () => {
      clearTimeout(wait);
      wait = setTimeout(async () => {
        call?.abort(); call = new AbortController();
        const asked = new URLSearchParams({ expression: area.value, parameters: area.form.elements.parameters?.value ?? "" });
        try {
          const answer = area.value.trim() ? await fetch(`${area.dataset.check}?${asked}`, { signal: call.signal, headers: { "HX-Request": "true" } }) : null;
          if (!answer || (answer.ok && !answer.redirected)) out.innerHTML = answer ? await answer.text() : "";
        } catch { /* next pause */ }
      }, 300);
    });
  };

  /* Draft: saved 5 s after a change; what cannot be sent stays in this browser and is offered again. */
  let open = null;
  const stored = (key) => { try { return JSON.parse(sessionStorage.getItem(key)); } catch { return null; } };
  const clock = (at) => new Date(at).toTimeString().slice(0, 5);
  const draft = (box) => {
    const form = box.closest("form"), state = one("[data-state]", form) ?? live, key = `cairn:${box.dataset.draft}`;
    const fields = () => [...new FormData(form)].filter(([name, value]) => !name.startsWith("_") && typeof value === "string").map(([name, value]) => [name, value.replace(/\r\n/g, "\n")]);
    const print = () => JSON.stringify(fields());
    let saved = print(), wait = 0, sending = false;
    const tell = (what, bad) => { state.textContent = `${box.dataset[what]}${what === "saved" ? ` ${clock(Date.now())}` : ""}`; state.classList.toggle("bad", !!bad); };
    const keep = (sent) => { try { sessionStorage.setItem(key, JSON.stringify({ at: Date.now(), sent, fields: fields() })); } catch { /* full or off */ } };
    const later = () => { wait ||= setTimeout(save, 5000); };
    const save = async () => {
      wait = 0;
      const now = print();
      if (now === saved || sending || !form.isConnected) return;
      sending = true;
      try {
        const answer = await post(box.dataset.autosave, new URLSearchParams(new FormData(form)));
        if (answer.ok) { saved = now; sessionStorage.removeItem(key); tell("saved"); }
        else { keep(); tell(answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403 ? "ended" : "refused", true); }
      } catch { keep(); tell("kept", true); }
      sending = false;
      if (print() !== saved) later();
    };
    open = { form, keep, dirty: () => form.isConnected && !form.dataset.sent && print() !== saved };
    form.addEventListener("cairn:typed", () => { if (print() !== saved) { if (!wait) tell("dirty"); later(); } });
    form.addEventListener("change", () => { if (print() !== saved) later(); });
    form.addEventListener("submit", () => keep(true));
    const copy = stored(key), notice = one("[data-restore]", box);
    const same = copy?.fields.every(([name, value]) => (form.elements[name]?.value ?? value).replace(/\r\n/g, "\n") === value);
    if (copy && same) sessionStorage.removeItem(key);
    else if (copy) {
      one("[data-when]", notice).textContent = clock(copy.at);
      notice.hidden = false;
      notice.addEventListener("click", (e) => {
        const take = "take" in e.target.dataset;
        if (!take && !("drop" in e.target.dataset)) return;
        if (take) copy.fields.forEach(([name, value]) => { const field = form.elements[name]; if (field && field.type !== "file") field.value = value; });
        sessionStorage.removeItem(key);
        notice.hidden = true;
        const area = one("[data-text]", form);
        area.focus(); area.dispatchEvent(new Event("input", { bubbles: true }));
      });
    }
  };
  addEventListener("beforeunload", (e) => { if (open?.dirty()) { open.keep(); e.preventDefault(); } });
  addEventListener("pagehide", () => { if (open?.dirty()) open.keep(); });

  /* Upload: how much of a file was sent; the answer takes the place of the page. */
  const upload = (form) => form.addEventListener("submit", (e) => {
    const file = one("[type=file]", form)?.files[0], box = one(".upload", form);
    if (!file || !box || e.defaultPrevented) return;
    e.preventDefault();
    const bar = one("progress", box), word = one("[role=status]", box), call = new XMLHttpRequest();
    const tell = (text) => { word.textContent = text; }, mb = (n) => (n / 1e6).toFixed(1);
    const again = (text) => { tell(text); all("button", form).forEach((button) => { button.disabled = false; }); };
    box.hidden = false;
    all("button", form).forEach((button) => { button.disabled = true; });
    call.upload.addEventListener("progress", (now) => {
      bar.max = now.total; bar.value = now.loaded;
      tell(now.loaded < now.total ? form.dataset.upload.replace("%1", mb(now.loaded)).replace("%2", mb(now.total)) : form.dataset.uploadDone);
    });
    call.addEventListener("error", () => again(form.dataset.uploadBroken));
    call.addEventListener("load", () => {
      if (call.status < 300 && call.responseURL !== location.href) { location.assign(call.responseURL); return; }
      const page = new DOMParser().parseFromString(call.responseText, "text/html"), main = one("#main", page);
      if (!main) { again(form.dataset.uploadBroken); return; }
      one("#main").innerHTML = main.innerHTML;
      window.htmx?.process(one("#main"));
      ready();
    });
    call.open("POST", form.action);
    call.setRequestHeader("Accept", "text/html");
    call.send(new FormData(form));
  });

  /* A page that waits for a reading asks again. */
  const refresh = (box) => setTimeout(() => { if (box.isConnected) location.reload(); }, Number(box.dataset.refresh));

  /* Table of contents: marks the section being read. */
  let watch;
  const contents = () => {
    watch?.disconnect();
    const links = all(".toc a[href^='#']");
    if (!links.length) return;
    watch = new IntersectionObserver((seen) => {
      const now = seen.find((entry) => entry.isIntersecting);
      if (now) links.forEach((link) => { if (decodeURIComponent(link.hash.slice(1)) === now.target.id) link.setAttribute("aria-current", "location"); else link.removeAttribute("aria-current"); });
    }, { rootMargin: "0px 0px -75% 0px" });
    links.forEach((link) => { const place = doc.getElementById(decodeURIComponent(link.hash.slice(1))); if (place) watch.observe(place); });
  };

  /* Whatever is on the page now. */
  const ready = () => {
    all("[data-copy], [data-reveal], [data-print], .tools").forEach((tool) => { tool.hidden = false; });
    open = null;
    all("[data-draft]").forEach(draft);
    all("[data-preview]").forEach(preview);
    all("[data-check]").forEach(check);
    all("form[data-upload]").forEach(upload);
    all("[data-refresh]").forEach(refresh);
    new Set(all("[data-sum]").map((field) => field.form)).forEach(sums);
    contents();
    if (!one(".gate, .errors")) Object.keys(sessionStorage).forEach((key) => {
      if (key.startsWith("cairn:") && stored(key)?.sent && !all("[data-draft]").some((box) => key === `cairn:${box.dataset.draft}`)) sessionStorage.removeItem(key);
    });
    one(".errors")?.focus();
  };

  /* Boosted navigation. */
  let busy;
  const sheet = () => one("link[rel=stylesheet]")?.getAttribute("href");
  on("htmx:config:request", (e) => {
    const { ctx } = e.detail;
    if (composing || (open?.dirty() && !open.form.contains(ctx.sourceElement) && ctx.target === doc.body && !confirm(doc.body.dataset.leave))) { e.preventDefault(); return; }
    if (ctx.target === doc.body || ctx.select) delete ctx.request.headers["HX-Request"]; /* a whole page is wanted, shell and all */
    if (ctx.request.method !== "GET") ctx.request.headers["X-CSRF-Token"] = token();
  });
  on("htmx:before:request", () => { clearTimeout(busy); busy = setTimeout(() => root.setAttribute("data-busy", ""), 150); });
  on("htmx:before:response", (e) => {
    /* A file, not a page: let the browser have it. */
    const { raw } = e.detail.ctx.response;
    if (!/^text\/html/.test(raw.headers.get("content-type") ?? "text/html")) { e.preventDefault(); location.assign(raw.url); }
  });
  on("htmx:after:request", (e) => {
    /* Signed out, or the server was upgraded: take the whole document. */
    const { ctx } = e.detail, { raw } = ctx.response, css = /<link rel="stylesheet" href="([^"]+)"/.exec(ctx.text ?? "");
    if ((ctx.request.method === "GET" || raw.redirected) && (/<body data-gate/.test(ctx.text) || (css && css[1] !== sheet()))) { e.preventDefault(); location.assign(raw.url); }
  });
  on("htmx:finally:request", () => {
    clearTimeout(busy); root.removeAttribute("data-busy");
    all("form[data-sent]").forEach((form) => delete form.dataset.sent);
  });
  on("htmx:error", (e) => {
    const { ctx } = e.detail, main = one("#main");
    if (!ctx?.request || !main || !doc.body.dataset.offline) return;
    const note = doc.createElement("p");
    note.className = "flash bad"; note.setAttribute("role", "alert"); note.textContent = doc.body.dataset.offline;
    all("#main > p.flash").forEach((old) => old.remove());
    main.prepend(note); note.scrollIntoView({ block: "nearest" });
  });
  on("htmx:after:swap", (e) => {
    const { ctx } = e.detail, main = one("#main");
    if (ctx.target !== doc.body) { const news = one("[data-announce]", doc); if (news) say(news.textContent); return; }
    ["printHead", "printState", "printFoot"].forEach((name) => { if (main?.dataset[name]) root.dataset[name] = main.dataset[name]; else delete root.dataset[name]; });
    ready();
    const place = ctx.request?.anchor && doc.getElementById(ctx.request.anchor);
    if (!one(".errors")) (place || one("[autofocus]") || main)?.focus({ preventScroll: true });
    say(ctx.title || doc.title);
  });

  if (doc.readyState === "loading") on("DOMContentLoaded", ready); else ready();
})();
