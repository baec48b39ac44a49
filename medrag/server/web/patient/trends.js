// Results over time: a small chart for each that was measured on two days or more.

import { drawn, element, folded, foreign, recorded, word } from "../nodes.js";
import { label, phrased } from "../words/speech.js";
import { day, unitOf } from "./provenance.js";

const FIRST = [/gfr|glomerular/i, /creatinine/i, /potassium/i, /a1c/i, /^inr|prothrombin/i, /h(a)?emoglobin/i, /ldl/i, /systolic/i, /weight/i];
const MOST = 6;
const [WIDTH, HEIGHT, EDGE] = [120, 32, 4];

export function trends({ observations }) {
  const shown = series(observations).map(chart);
  if (!shown.length) return [];
  const rest = shown.length > MOST ? [folded([word("moreTrends")], element("div", { className: "trends" }, ...shown.slice(MOST)))] : [];
  return [element("h3", {}, word("overTime")), element("div", { className: "trends" }, ...shown.slice(0, MOST)), ...rest];
}

function series(observations) {
  const usable = observations.filter((each) => typeof each.value === "number" && each.date && ["active", "resolved"].includes(each.status));
  const groups = Map.groupBy(usable, (each) => `${each.code ?? each.display.toLowerCase()} ${each.unit ?? ""}`);
  const known = [...groups.values()].map((each) => each.sort((one, other) => moment(one) - moment(other)));
  const several = known.filter((each) => new Set(each.map(({ date }) => day(date))).size > 1);
  return several.sort((one, other) => place(one) - place(other) || other.length - one.length);
}

function place([{ display }]) {
  const at = FIRST.findIndex((each) => each.test(display));
  return at < 0 ? FIRST.length : at;
}

function moment({ date }) {
  return Date.parse(date);
}

function chart(points) {
  const [first, last] = [points[0], points.at(-1)];
  const unit = unitOf(last.unit);
  const plot = drawn("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" });
  label(plot, "trend", phrased("note", last.display), unit, short(first), day(first.date), short(last), day(last.date), points.length);
  const places = scaled(points);
  plot.append(drawn("polyline", { points: places.map((each) => each.join(",")).join(" ") }));
  points.forEach((point, at) => {
    const [cx, cy] = places[at];
    const hint = drawn("title", {}, `${day(point.date)}: ${short(point)} ${unit}`);
    plot.append(drawn("circle", { cx, cy, r: at === points.length - 1 ? 3 : 1.6 }, hint));
  });
  const value = foreign("", `${short(last)} ${unit}`, "b");
  const from = element("small", {}, `${short(first)} → ${short(last)} · ${day(first.date).slice(0, 4)}–${day(last.date).slice(0, 4)}`);
  return element("figure", {}, element("figcaption", {}, recorded(last.display), " ", value), plot, from);
}

function scaled(points) {
  const [times, values] = [points.map(moment), points.map(({ value }) => value)];
  const along = between(times, EDGE, WIDTH - EDGE);
  const up = between(values, HEIGHT - EDGE, EDGE);
  return points.map((_, at) => [along(times[at]), up(values[at])]);
}

function between(given, from, to) {
  const [least, most] = [Math.min(...given), Math.max(...given)];
  return (value) => +(most === least ? (from + to) / 2 : from + ((value - least) / (most - least)) * (to - from)).toFixed(1);
}

function short({ value }) {
  return String(+value.toPrecision(3));
}
