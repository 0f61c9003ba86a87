// What moves on the page: the feed of the view, times in the reader's zone. Without it every page
// is whole, as of its loading.
"use strict";

const zoned = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hour12: false });
const dated = new Intl.DateTimeFormat([], { dateStyle: "medium", timeStyle: "short" });

function localise(root) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const moment = new Date(time.dateTime);
    time.textContent = "date" in time.dataset ? dated.format(moment) : zoned.format(moment);
  }
}

function fragment(markup) {
  const template = document.createElement("template");
  template.innerHTML = markup; // of our own server, which has escaped what others wrote
  localise(template.content);
  return template.content;
}

const feed = document.querySelector("[data-feed]");
const pause = document.querySelector("[data-pause]");

const apply = {
  rows(data) {
    const rows = fragment(`<table><tbody>${data}</tbody></table>`).querySelectorAll("tr");
    for (const row of rows) row.classList.add("new");
    feed.prepend(...rows);
    feed.closest("[hidden]")?.removeAttribute("hidden");
    document.querySelector(".empty")?.remove();
    while (feed.children.length > 200) feed.lastElementChild.remove();
  },
  line(data) {
    const { request, line, head } = JSON.parse(data);
    let block = request && feed.querySelector(`[data-request="${CSS.escape(request)}"]`);
    if (!block) {
      feed.prepend(fragment(head));
      block = feed.firstElementChild;
    }
    block.querySelector("pre").append(fragment(line));
    document.querySelector(".empty")?.remove();
    while (feed.children.length > 300) feed.lastElementChild.remove();
  },
  picture(data) {
    feed.replaceChildren(fragment(data));
  },
  notice(text) {
    const note = document.createElement("p");
    note.textContent = text;
    const notices = document.getElementById("notices");
    notices.replaceChildren(note);
    setTimeout(() => note.remove(), 8000);
  },
};

let source = null;

function follow() {
  const query = new URLSearchParams(location.search);
  query.set("feed", feed.dataset.feed);
  source = new EventSource(`/live?${query}`);
  for (const [name, act] of Object.entries(apply)) {
    source.addEventListener(name, (event) => act(event.data));
  }
  source.onopen = () => pause?.classList.remove("lost");
  source.onerror = () => pause?.classList.add("lost");
}

localise(document);
if (feed) follow();

pause?.addEventListener("click", () => {
  const on = pause.getAttribute("aria-pressed") !== "true";
  pause.setAttribute("aria-pressed", String(on));
  if (on) location.reload();
  else source.close();
});

addEventListener("pagehide", () => source?.close());
