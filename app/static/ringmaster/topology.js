// Draws the picture of Network Topology: a box for each part, as large as it has phones, and the parts of the part in
// it. What is drawn stands in the page (template[data-live-part="picture"]), and is drawn again when that is replaced.
import { init } from "../vendor/echarts/echarts.min.js";

const drawing = document.querySelector("[data-drawing]");
const holder = document.querySelector("[data-holder]");
if (drawing) start();

function start() {
  const chart = init(drawing, null, { renderer: "svg" });
  const hint = document.createElement("div");
  hint.className = "topology-hint";
  hint.hidden = true;
  document.body.append(hint);
  let drawn = "";

  function draw(isSame) {
    const text = holder.querySelector("template").dataset.boxes;
    if (!isSame && text === drawn) return;
    drawn = text;
    chart.setOption(optionOf(JSON.parse(text)), { replaceMerge: isSame ? ["series"] : [] });
  }

  function point(event) {
    const box = event.data;
    if (!box || !box.name || !event.event) return hide();
    hint.replaceChildren(line("strong", box.name), ...(box.lines || []).map((text) => line("span", text)));
    hint.hidden = false;
    const { clientX, clientY } = event.event.event;
    const place = hint.getBoundingClientRect();
    hint.style.left = `${Math.max(8, Math.min(clientX + 14, innerWidth - place.width - 8))}px`;
    hint.style.top = `${clientY + 18 + place.height > innerHeight ? clientY - place.height - 12 : clientY + 18}px`;
  }

  function hide() {
    hint.hidden = true;
  }

  chart.on("mousemove", point);
  chart.on("mouseout", hide);
  chart.on("globalout", hide);
  chart.on("click", (event) => {
    if (event.data?.href) location.assign(event.data.href);
  });
  draw();
  new MutationObserver(() => draw()).observe(holder, { childList: true });
  new ResizeObserver(() => chart.resize()).observe(drawing);
  new MutationObserver(() => draw(true)).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => draw(true));
}

function line(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

// The colours of the theme, as a canvas of one's own says them: custom properties hold light-dark().
function colour(name) {
  drawing.style.color = `var(--${name})`;
  const found = getComputedStyle(drawing).color;
  drawing.style.removeProperty("color");
  return found;
}

function optionOf(boxes) {
  const soft = {
    well: "green-soft", fair: "yellow-soft", poor: "red-soft", rest: "grey-soft",
    registered: "green-soft", "not-registered": "red-soft", disconnected: "orange-soft", unknown: "grey-soft",
  };
  const strong = { ...soft };
  for (const kind of Object.keys(soft)) {
    strong[kind] = colour(soft[kind].replace("-soft", ""));
    soft[kind] = colour(soft[kind]);
  }
  const [text, surface, full] = [colour("text"), colour("surface"), colour("orange")];
  const font = getComputedStyle(document.body).fontFamily;
  const node = (box) => ({
    ...box,
    itemStyle: {
      color: soft[box.kind],
      borderColor: box.full ? full : box.inside ? surface : soft[box.kind],
      ...(box.full ? { borderWidth: 2 } : {}),
    },
    emphasis: { itemStyle: { borderColor: strong[box.kind] } },
    children: box.inside?.map(node),
  });
  const label = { color: text, fontFamily: font, overflow: "truncate", ellipsis: "…" };
  const written = ({ data, value }) => `${data.name}${value > 1 ? `  ${value.toLocaleString("en")}` : ""}`;
  return {
    animationDurationUpdate: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 500,
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    series: [{
      type: "treemap",
      data: boxes.map(node),
      nodeClick: false,
      roam: false,
      breadcrumb: { show: false },
      left: 0, right: 0, top: 0, bottom: 0,
      visibleMin: 1,
      childrenVisibleMin: 1,
      label: { ...label, show: true, fontSize: 12, position: [7, 6], formatter: written },
      upperLabel: { ...label, show: true, height: 24, fontSize: 12, fontWeight: 600, formatter: written, padding: [0, 7] },
      itemStyle: { borderWidth: 1, gapWidth: 2, borderColor: surface },
      levels: [
        { itemStyle: { borderWidth: 0, gapWidth: 4, borderColor: surface }, upperLabel: { show: false } },
        { itemStyle: { borderWidth: 2, gapWidth: 2 } },
        { itemStyle: { borderWidth: 1, gapWidth: 1 }, label: { fontSize: 11 } },
      ],
    }],
  };
}
