// Suggestions under the search box: a combobox whose options are links. Without this file the form works as it is.
(() => {
  const input = document.getElementById("id_q");
  const list = document.getElementById("suggestions");
  if (!input || !list || !input.dataset.suggest) return;
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false",
  })) input.setAttribute(name, value);
  let timer, asked = 0, current = -1;
  const options = () => [...list.querySelectorAll("[role=option]")];

  const close = () => {
    list.hidden = true;
    current = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const choose = (index) => {
    const all = options();
    if (!all.length) return;
    current = (index + all.length) % all.length;
    all.forEach((option, place) => option.setAttribute("aria-selected", String(place === current)));
    input.setAttribute("aria-activedescendant", all[current].id);
    all[current].scrollIntoView({ block: "nearest" });
  };

  const ask = async () => {
    const number = ++asked;
    const text = input.value.trim();
    if (!text) return close();
    try {
      const answer = await fetch(`${input.dataset.suggest}?q=${encodeURIComponent(text)}`);
      const html = answer.ok ? await answer.text() : "";
      // A slow answer to what is no longer typed is dropped.
      if (number !== asked) return;
      close();
      list.innerHTML = html;
      list.hidden = !options().length;
      input.setAttribute("aria-expanded", String(!list.hidden));
    } catch {
      close();
    }
  };

  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 80); });
  input.addEventListener("blur", () => setTimeout(close, 200));
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || list.hidden) return;
    if (event.key === "ArrowDown") { event.preventDefault(); choose(current + 1); }
    else if (event.key === "ArrowUp") { event.preventDefault(); choose(current < 0 ? -1 : current - 1); }
    else if (event.key === "Escape") { event.preventDefault(); close(); }
    else if (event.key === "Enter" && current >= 0) { event.preventDefault(); options()[current].click(); }
  });
})();
