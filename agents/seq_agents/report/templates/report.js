"use strict";

// Tables: a button in each heading sorts by its column. Rows in tfoot stay where they are.
for (const table of document.querySelectorAll("table.sortable")) {
  const headings = [...table.tHead.rows[0].cells];
  headings.forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const first = heading.classList.contains("n") ? "descending" : "ascending";
      const other = first === "ascending" ? "descending" : "ascending";
      const order = heading.getAttribute("aria-sort") === first ? other : first;
      headings.forEach((other) => other.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", order);
      sort(table.tBodies[0], column, heading.classList.contains("n"), order === "ascending" ? 1 : -1);
    });
  });
}

function sort(body, column, numeric, sign) {
  const compared = [...body.rows].map((row) => ({ row, key: key(row.cells[column], numeric) }));
  compared.sort((a, b) => {
    if (a.key === null || b.key === null) return (a.key === null) - (b.key === null); // Missing values come last.
    if (a.key === b.key) return 0; // Keep the order, also of two infinite values.
    return sign * (numeric ? a.key - b.key : a.key.localeCompare(b.key, "en", { numeric: true }));
  });
  body.append(...compared.map(({ row }) => row));
}

function key(cell, numeric) {
  if (numeric) return "value" in cell.dataset ? Number(cell.dataset.value) : null;
  return cell.textContent || null;
}

// Problems: one at a time, chosen from a list or by a link.
const choice = document.getElementById("switch");
if (choice) {
  const choose = () => {
    for (const problem of document.querySelectorAll(".problem")) {
      problem.classList.toggle("chosen", problem.id === choice.value);
    }
  };
  const follow = () => {
    const wanted = location.hash.slice(1);
    if (![...choice.options].some((option) => option.value === wanted)) return;
    choice.value = wanted;
    choose();
    document.getElementById(wanted).scrollIntoView();
  };
  choice.closest(".switch").hidden = false;
  document.body.classList.add("switched");
  choice.addEventListener("change", choose);
  window.addEventListener("hashchange", follow);
  choose();
  follow();
}
