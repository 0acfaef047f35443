"use strict";
(() => {
  const given = JSON.parse(document.getElementById("maps").textContent);
  const { tokens, special, layers, heads, roles } = given;
  const n = tokens.length;
  const bytes = Uint8Array.from(atob(given.shares), (char) => char.charCodeAt(0));
  const buttons = [...document.querySelectorAll("#grid button")];
  const map = document.getElementById("map");
  const chips = document.getElementById("chips");
  const said = document.getElementById("said");
  let chosen = 0;
  let looking = -1;

  const root = (head, i, j) => bytes[(head * n + i) * n + j] / 255;
  const share = (head, i, j) => root(head, i, j) ** 2;
  const percent = (value) => `${(100 * value).toFixed(value < 0.1 ? 1 : 0)} %`;
  const setting = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const cut = (text) => (text.length > 14 ? `${text.slice(0, 13)}…` : text);
  const named = (token) => `⁨${token}⁩`;

  function paint(context, head, size, left, top) {
    const shade = setting("--shade");
    for (let i = 0; i < n; i += 1) {
      for (let j = 0; j < n; j += 1) {
        context.fillStyle = `rgba(${shade}, ${root(head, i, j).toFixed(3)})`;
        context.fillRect(left + j * size, top + i * size, size, size);
      }
    }
  }

  function drawSmall() {
    const shade = setting("--shade").split(",").map(Number);
    buttons.forEach((button, head) => {
      let canvas = button.querySelector("canvas");
      if (!canvas) {
        canvas = document.createElement("canvas");
        canvas.setAttribute("aria-hidden", "true");
        button.prepend(canvas);
      }
      canvas.width = canvas.height = n;
      canvas.style.imageRendering = n > 40 ? "auto" : "pixelated"; // no line is lost when it shrinks
      const picture = new ImageData(n, n);
      for (let i = 0; i < n * n; i += 1) {
        picture.data.set([...shade, bytes[head * n * n + i]], 4 * i);
      }
      canvas.getContext("2d").putImageData(picture, 0, 0);
    });
    const scale = document.getElementById("scale");
    const context = scale.getContext("2d");
    context.clearRect(0, 0, scale.width, scale.height);
    for (let x = 0; x < scale.width; x += 1) {
      context.fillStyle = `rgba(${setting("--shade")}, ${Math.sqrt(x / scale.width)})`;
      context.fillRect(x, 0, 1, scale.height);
    }
  }

  function drawLarge() {
    const density = window.devicePixelRatio || 1;
    const context = map.getContext("2d");
    const font = `${n > 48 ? 9 : 13}px system-ui, sans-serif`;
    context.font = font;
    const labels = tokens.map(cut);
    const edge = Math.ceil(Math.max(...labels.map((label) => context.measureText(label).width))) + 10;
    const room = map.parentElement.clientWidth - edge - 20;
    const cell = Math.max(9, Math.min(34, Math.floor(room / n)));
    const side = edge + n * cell + 2;
    map.width = map.height = Math.ceil(side * density);
    map.style.width = map.style.height = `${side}px`;
    context.setTransform(density, 0, 0, density, 0, 0);
    context.clearRect(0, 0, side, side);
    paint(context, chosen, cell, edge, edge);
    context.font = font;
    context.textBaseline = "middle";
    labels.forEach((label, i) => {
      context.fillStyle = setting(i === looking ? "--link" : special[i] ? "--soft" : "--ink");
      context.textAlign = "right";
      context.fillText(named(label), edge - 5, edge + (i + 0.5) * cell);
      context.fillStyle = setting(special[i] ? "--soft" : "--ink");
      context.save();
      context.translate(edge + (i + 0.5) * cell, edge - 5);
      context.rotate(-Math.PI / 2);
      context.textAlign = "left";
      context.fillText(named(label), 0, 0);
      context.restore();
    });
    context.strokeStyle = setting("--line");
    context.strokeRect(edge - 0.5, edge - 0.5, n * cell + 1, n * cell + 1);
    if (looking >= 0) {
      context.strokeStyle = setting("--link");
      context.lineWidth = 2;
      context.strokeRect(edge, edge + looking * cell, n * cell, cell);
      context.lineWidth = 1;
    }
    map.dataset.edge = edge;
    map.dataset.cell = cell;
    map.setAttribute("aria-label", `Attention of ${title()}, ${n} by ${n} tokens.`);
  }

  function title() {
    return `layer ${Math.floor(chosen / heads) + 1}, head ${(chosen % heads) + 1}`;
  }

  function lookFrom(token) {
    looking = token;
    const shade = setting("--shade");
    [...chips.children].forEach((chip, j) => {
      const value = token < 0 ? 0 : root(chosen, token, j);
      chip.style.backgroundColor = token < 0 ? "" : `rgba(${shade}, ${value.toFixed(3)})`;
      chip.style.color = value > 0.62 ? setting("--paper") : "";
      chip.setAttribute("aria-selected", String(j === token));
      chip.tabIndex = j === Math.max(token, 0) ? 0 : -1;
    });
    if (token < 0) {
      said.textContent = "";
    } else {
      const order = tokens.map((_, j) => j).sort((a, b) => root(chosen, token, b) - root(chosen, token, a));
      const best = order.slice(0, 5).map((j) => `${named(tokens[j])} ${percent(share(chosen, token, j))}`);
      said.textContent = `${named(tokens[token])} looks at ${best.join(", ")}.`;
    }
    drawLarge();
  }

  function choose(head) {
    chosen = head;
    buttons.forEach((button, i) => {
      button.setAttribute("aria-pressed", String(i === head));
      button.tabIndex = i === head ? 0 : -1;
    });
    const words = title();
    document.getElementById("large").textContent = words[0].toUpperCase() + words.slice(1);
    const [role, inner] = roles[head];
    document.getElementById("role").textContent = `Role: ${role}; in the text: ${inner}.`;
    lookFrom(looking);
  }

  function moved(key, place, columns, count) {
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns };
    if (key === "Home") return 0;
    if (key === "End") return count - 1;
    const next = key in steps ? place + steps[key] : -1;
    return next >= 0 && next < count ? next : -1;
  }

  tokens.forEach((token, i) => {
    const chip = document.createElement("span");
    chip.className = special[i] ? "chip special" : "chip";
    chip.setAttribute("role", "option");
    chip.dir = "auto";
    chip.textContent = token;
    chip.addEventListener("mouseenter", () => lookFrom(i));
    chip.addEventListener("focus", () => lookFrom(i));
    chip.addEventListener("keydown", (event) => {
      const next = moved(event.key, i, 1, n);
      if (next >= 0) {
        event.preventDefault();
        chips.children[next].focus();
      }
    });
    chips.append(chip);
  });
  buttons.forEach((button, i) => {
    button.addEventListener("click", () => {
      choose(i);
      const look = document.getElementById("look");
      if (look.getBoundingClientRect().top < -60) look.scrollIntoView();
    });
    button.addEventListener("keydown", (event) => {
      const next = moved(event.key, i, heads, layers * heads);
      if (next >= 0) {
        event.preventDefault();
        choose(next);
        buttons[next].focus();
      }
    });
  });
  map.addEventListener("mousemove", (event) => {
    const row = Math.floor((event.offsetY - Number(map.dataset.edge)) / Number(map.dataset.cell));
    if (row >= 0 && row < n && row !== looking) lookFrom(row);
  });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    drawSmall();
    lookFrom(looking);
  });

  window.addEventListener("resize", drawLarge);

  document.body.classList.add("scripted-page");
  document.getElementById("look").hidden = false;
  document.querySelectorAll(".scripted").forEach((element) => { element.hidden = false; });
  looking = special.indexOf(0);
  drawSmall();
  const linked = location.hash.match(/^#(\d+)-(\d+)$/);
  const start = linked ? (linked[1] - 1) * heads + (linked[2] - 1) : 0;
  choose(start >= 0 && start < layers * heads ? start : 0);
})();
