// Niceties: every page works without them.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  for (const zone of document.querySelectorAll("[data-drop]")) {
    makeDropZone(zone);
  }
  for (const button of document.querySelectorAll("[data-copy]")) {
    makeCopyButton(button);
  }
  for (const area of document.querySelectorAll("textarea[data-keep]")) {
    guardUnsent(area);
  }
});

// Files dropped anywhere on the zone are chosen; how many is said aloud, and too many are not sent.
function makeDropZone(zone) {
  const input = zone.querySelector("input[type=file]");
  const chosen = zone.querySelector("[data-chosen]");
  const tell = () => {
    const over = isOver(input.files, zone.dataset) ? zone.dataset.over : "";
    const told = input.files.length ? `${chosen.dataset.chosen} ${input.files.length}` : "";
    input.setCustomValidity(over);
    chosen.textContent = over ? `${told}. ${over}` : told;
  };
  input.addEventListener("change", tell);
  for (const name of ["dragenter", "dragover"]) {
    zone.addEventListener(name, (event) => {
      event.preventDefault();
      zone.classList.add("over");
    });
  }
  for (const name of ["dragleave", "drop"]) {
    zone.addEventListener(name, () => zone.classList.remove("over"));
  }
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) {
      input.files = event.dataTransfer.files;
      tell();
    }
  });
}

// Each file brings some bytes of its own besides its content.
function isOver(files, { mostFiles, mostBytes }) {
  const size = [...files].reduce((sum, file) => sum + file.size + 1000, 0);
  return files.length > Number(mostFiles) || size > Number(mostBytes);
}

// Browsers lend the clipboard to pages on https alone; elsewhere the text is selected, to copy by hand.
function makeCopyButton(button) {
  const source = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener("click", async () => {
    source.select();
    try {
      await navigator.clipboard.writeText(source.value);
      button.textContent = button.dataset.done;
    } catch {
      source.focus();
      source.select();
      button.textContent = button.dataset.failed;
    }
  });
}

// Leaving with an answer that was not sent asks first.
function guardUnsent(area) {
  const before = area.value;
  let sent = false;
  area.form.addEventListener("submit", () => {
    sent = true;
  });
  window.addEventListener("beforeunload", (event) => {
    if (!sent && area.value !== before) {
      event.preventDefault();
    }
  });
}
