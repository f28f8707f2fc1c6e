// What Ringmaster uses of Apache ECharts, and no more: the treemap of Network Topology, drawn as SVG.
export { init } from "echarts/core";
import { TreemapChart } from "echarts/charts";
import { use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([TreemapChart, SVGRenderer]);
