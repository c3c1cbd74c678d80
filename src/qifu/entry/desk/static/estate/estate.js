// The keyboard goes from room to room: left and right along a floor, up and down between floors.
for (const drawing of document.querySelectorAll("[data-stacking]")) {
  const rows = [...drawing.querySelectorAll("[data-floor]")].map((row) => [...row.querySelectorAll("a")]);
  const find = (link) => rows.findIndex((row) => row.includes(link));
  const middle = (link) => { const box = link.getBoundingClientRect(); return box.left + box.width / 2; };
  const go = (from, to) => { if (to) { from.tabIndex = -1; to.tabIndex = 0; to.focus(); } };
  drawing.addEventListener("keydown", (event) => {
    const link = event.target.closest("a");
    const at = link ? find(link) : -1;
    if (at < 0) return;
    const row = rows[at];
    const steps = { ArrowLeft: -1, ArrowRight: 1 };
    const floors = { ArrowUp: -1, ArrowDown: 1 };
    if (event.key in steps) go(link, row[row.indexOf(link) + steps[event.key]]);
    else if (event.key in floors && rows[at + floors[event.key]]) {
      const here = middle(link);
      const near = (a, b) => (Math.abs(middle(b) - here) < Math.abs(middle(a) - here) ? b : a);
      go(link, rows[at + floors[event.key]].reduce(near));
    } else if (event.key === "Home") go(link, row[0]);
    else if (event.key === "End") go(link, row[row.length - 1]);
    else return;
    event.preventDefault();
  });
}
