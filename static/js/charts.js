// Charts: data from the page, drawn by ECharts. The table beside each chart says the same.

const PALETTE = ["#0B5BD3", "#B97100", "#389E0D", "#6B7585", "#CF1322", "#5B3FB0"];

function load(address) {
  if (window.echarts) return Promise.resolve(window.echarts);
  const known = document.querySelector("script[data-echarts-file]");
  const script = known || document.createElement("script");
  const done = new Promise((resolve, reject) => {
    script.addEventListener("load", () => resolve(window.echarts));
    script.addEventListener("error", reject);
  });
  if (!known) {
    script.src = address;
    script.dataset.echartsFile = "";
    document.head.append(script);
  }
  return done;
}

async function draw(place) {
  if (place.dataset.drawn) return;
  place.dataset.drawn = "1";
  const data = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  let echarts;
  try {
    echarts = await load(place.dataset.echarts);
  } catch {
    place.hidden = true; // the table is there
    place.closest(".chart").querySelector("details").open = true;
    return;
  }
  const chart = echarts.init(place, null, { renderer: "canvas" });
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  chart.setOption({
    color: PALETTE,
    animation: !calm,
    aria: { enabled: true, label: { description: place.getAttribute("aria-label") }, decal: { show: true } },
    textStyle: { fontFamily: window.getComputedStyle(document.body).fontFamily },
    grid: { left: 8, right: 16, top: 36, bottom: 8, containLabel: true },
    ...data,
    tooltip: { trigger: "axis", ...data.tooltip, renderMode: "richText", confine: true },
  });
  window.addEventListener("resize", () => chart.resize());
}

document.querySelectorAll("[data-chart]").forEach(draw);
