// Charts of boards: <div data-chart="id"> takes its ECharts options from the JSON of that id. A point with a `url` opens the list behind it.
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
const palette = [1, 2, 3, 4, 5, 6].map((n) => token(`--q-series-${n}`));
const axis = { axisLine: { lineStyle: { color: token("--q-edge") } }, axisLabel: { color: token("--q-ink-2") }, splitLine: { lineStyle: { color: token("--q-line") } } };
const base = { color: palette, textStyle: { fontFamily: token("--q-font"), color: token("--q-ink") }, categoryAxis: axis, valueAxis: axis, legend: { textStyle: { color: token("--q-ink-2") } } };

function draw(place) {
  if (window.echarts.getInstanceByDom(place)) return;
  const option = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  const chart = window.echarts.init(place, base);
  // Tooltips drawn on the canvas: the ones made of HTML carry inline styles, which our policy refuses.
  chart.setOption({ animation: !calm, grid: { left: 8, right: 16, top: 32, bottom: 8, containLabel: true }, ...option, tooltip: { trigger: "axis", confine: true, ...option.tooltip, renderMode: "richText" } });
  chart.on("click", (point) => { if (point.data?.url) location.assign(point.data.url); });
  new ResizeObserver(() => chart.resize()).observe(place);
}
const drawAll = (root = document) => root.querySelectorAll("[data-chart]").forEach(draw);
drawAll();
document.addEventListener("htmx:load", (event) => drawAll(event.target));
