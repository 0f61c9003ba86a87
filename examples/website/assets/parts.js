// Asks for the head of each part again and shows how the edge answered.
for (const cell of document.querySelectorAll("[data-part]")) {
  fetch(cell.dataset.part, { method: "HEAD", cache: "no-store" }).then((answer) => {
    const cache = answer.headers.get("x-cache") ?? "no edge on the way";
    const age = answer.headers.get("age");
    cell.textContent = age === null ? cache : `${cache}, ${age} s old`;
  });
}
