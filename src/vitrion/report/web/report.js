// Makes the still pictures of the page live: plots by plotly.js, structures on a canvas.
// Each figure carries its data in a <script type="application/json"> beside it.
"use strict";
(() => {
  const errors = [];
  const fail = (what) => errors.push(String(what));
  window.addEventListener("error", (event) => fail(event.message));
  window.addEventListener("unhandledrejection", (event) => fail(event.reason));

  const tokens = () => {
    const style = getComputedStyle(document.documentElement);
    return (name) => style.getPropertyValue(name).trim();
  };
  const html = (markup) => markup
    .replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;")
    .replace(/_\{([^}]*)\}/g, "<sub>$1</sub>").replace(/\^\{([^}]*)\}/g, "<sup>$1</sup>");
  const faint = (color, alpha) => color + Math.round(alpha * 255).toString(16).padStart(2, "0");

  // ---- plots -----------------------------------------------------------------------------------------------------

  const axisTitle = (axis) => html(axis.unit ? `${axis.label} (${axis.unit})` : axis.label);

  function axisLayout(axis, color) {
    const layout = {
      title: { text: axisTitle(axis), standoff: 8 }, type: axis.log ? "log" : "linear", zeroline: false,
      gridcolor: faint("#808a94", 0.22), linecolor: color("--ink"), linewidth: 1.2, ticks: "outside",
      tickcolor: color("--ink"), automargin: true, exponentformat: "power", hoverformat: ".5~g",
    };
    if (axis.log) layout.dtick = 1;
    const scaled = (v) => (axis.log ? Math.log10(v) : v);
    if (axis.minimum !== undefined || axis.maximum !== undefined)
      layout.range = [axis.minimum === undefined ? null : scaled(axis.minimum),
                      axis.maximum === undefined ? null : scaled(axis.maximum)];
    return layout;
  }

  function traces(figure) {
    const list = [];
    figure.series.forEach((series, i) => {
      const color = figure.colors[i];
      const common = { name: html(series.name), showlegend: series.name !== "", legendgroup: String(i), x: series.x };
      if (series.hover) Object.assign(common, { text: series.hover, hovertemplate: "%{text}<extra></extra>" });
      if (series.mark === "line")
        list.push({ ...common, type: "scatter", mode: "lines", y: series.y,
                    line: { color, width: 2, dash: series.dashed ? "dash" : "solid" } });
      if (series.mark === "points") {
        const size = series.x.length > 1500 ? 3 : series.x.length > 300 ? 5 : 8;
        const trace = { ...common, type: "scatter", mode: "markers", y: series.y,
                        marker: { color, size, opacity: series.x.length > 1500 ? 0.55 : 1 } };
        if (series.low)
          trace.error_y = { type: "data", symmetric: false, color, thickness: 1.5, width: 4,
                            array: series.y.map((y, k) => series.high[k] - y),
                            arrayminus: series.y.map((y, k) => y - series.low[k]) };
        list.push(trace);
      }
      if (series.mark === "band") {
        const edge = { ...common, type: "scatter", mode: "lines", line: { width: 0 }, hoverinfo: "skip" };
        list.push({ ...edge, y: series.low, showlegend: false });
        list.push({ ...edge, y: series.high, fill: "tonexty", fillcolor: faint(color, 0.22) });
      }
      if (series.mark === "bars")
        list.push({ ...common, type: "bar", y: series.y,
                    marker: { color: faint(color, 0.5), line: { color, width: 0.8 } } });
    });
    return list;
  }

  function remarks(figure, color) {
    const shapes = [], notes = [];
    const line = { color: color("--soft"), width: 1.2, dash: "dash" };
    const place = (axis, v) => (axis.log ? Math.log10(v) : v);
    const xs = figure.series.flatMap((s) => s.x.filter((v) => v !== null)).map((v) => place(figure.x, v));
    const middle = xs.length ? (xs.reduce((a, b) => Math.min(a, b)) + xs.reduce((a, b) => Math.max(a, b))) / 2 : 0;
    let steps = 0;
    for (const a of figure.annotations) {
      if (a.kind === "vertical_line") {
        shapes.push({ type: "line", x0: a.x, x1: a.x, y0: 0, y1: 1, yref: "paper", line });
        if (a.text) notes.push({ text: html(a.text), x: place(figure.x, a.x), yref: "paper", y: 1 - 0.06 * (steps++ % 4),
                                 xanchor: place(figure.x, a.x) > middle ? "right" : "left", yanchor: "top", showarrow: false });
      } else if (a.kind === "horizontal_line") {
        shapes.push({ type: "line", y0: a.y, y1: a.y, x0: 0, x1: 1, xref: "paper", line });
        if (a.text) notes.push({ text: html(a.text), y: place(figure.y, a.y), xref: "paper", x: 1, xanchor: "right",
                                 yanchor: "bottom", showarrow: false });
      } else if (a.kind === "text") {
        notes.push({ text: html(a.text), x: place(figure.x, a.x), y: place(figure.y, a.y), showarrow: false });
      }
    }
    return { shapes, notes };
  }

  // The line y = x spans what both axes show; it is a trace, so that it follows zooming of a fixed range.
  function identity(figure, color) {
    if (!figure.annotations.some((a) => a.kind === "identity")) return [];
    let low = Infinity, high = -Infinity;
    for (const s of figure.series)
      for (const v of [...s.x, ...(s.y ?? [])]) if (v !== null) { low = Math.min(low, v); high = Math.max(high, v); }
    return [{ type: "scatter", mode: "lines", x: [low, high], y: [low, high], showlegend: false, hoverinfo: "skip",
              line: { color: color("--soft"), width: 1.2, dash: "dash" } }];
  }

  function layoutOf(figure) {
    const color = tokens();
    const { shapes, notes } = remarks(figure, color);
    return {
      xaxis: axisLayout(figure.x, color), yaxis: axisLayout(figure.y, color), shapes, annotations: notes,
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", margin: { l: 62, r: 34, t: 12, b: 52 },
      font: { family: "Helvetica Neue, Helvetica, Arial, Liberation Sans, sans-serif", size: 13, color: color("--ink") },
      legend: { itemsizing: "constant", orientation: "h", y: 1.02, yanchor: "bottom", x: 0 },
      modebar: { orientation: "v", bgcolor: "rgba(0,0,0,0)", color: color("--line"), activecolor: color("--accent") },
      bargap: 0.04, hovermode: "closest", hoverlabel: { font: { size: 13 } },
    };
  }

  // Named one by one: the default bar also offers to send the figure elsewhere.
  const config = {
    displaylogo: false, displayModeBar: "hover", responsive: true,
    modeBarButtons: [["zoom2d", "pan2d"], ["zoomIn2d", "zoomOut2d", "resetScale2d"], ["toImage"]],
  };

  async function drawPlot(card, figure) {
    const box = document.createElement("div");
    box.className = "plot";
    card.insertBefore(box, card.querySelector(".still"));
    await Plotly.newPlot(box, [...identity(figure, tokens()), ...traces(figure)], layoutOf(figure),
                         { ...config, toImageButtonOptions: { format: "svg", filename: figure.id } });
    if (!box.querySelector(".main-svg .xy")) throw new Error(`figure ${figure.id} is empty`);
    // Plotly itself follows the window only, not the card. What is not shown (print) has no size to follow.
    new ResizeObserver(() => { if (box.clientWidth > 0) Plotly.Plots.resize(box); }).observe(box);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => Plotly.relayout(box, layoutOf(figure)));
  }

  // ---- structures ------------------------------------------------------------------------------------------------

  function shade(hex, f) {  // f < 1 darkens, f > 1 lightens
    const c = [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16));
    return `rgb(${c.map((v) => Math.round(f < 1 ? v * f : v + (255 - v) * (f - 1))).join(",")})`;
  }

  class Viewer {
    constructor(card, scene) {
      this.scene = scene;
      this.hidden = new Set();
      this.zoom = 1;
      this.rotation = multiply(turnX(0.35), turnY(-0.5));
      const box = document.createElement("div");
      box.className = "viewer";
      box.append(this.keys(), (this.canvas = document.createElement("canvas")));
      card.insertBefore(box, card.querySelector(".still"));
      this.canvas.setAttribute("role", "img");
      this.canvas.setAttribute("aria-label", "Structure; drag to turn, scroll to zoom, double-click to reset");
      this.listen();
      new ResizeObserver(() => this.draw()).observe(this.canvas);
      this.draw();
    }

    keys() {
      const row = document.createElement("div");
      row.className = "keys";
      this.scene.species.forEach((s, k) => {
        const button = document.createElement("button");
        button.setAttribute("aria-pressed", "true");
        const dot = document.createElement("i");
        dot.style.background = s.color;
        button.append(dot, `${s.name} ${s.count}`);
        button.onclick = () => {
          this.hidden.has(k) ? this.hidden.delete(k) : this.hidden.add(k);
          button.setAttribute("aria-pressed", String(!this.hidden.has(k)));
          this.draw();
        };
        row.append(button);
      });
      return row;
    }

    listen() {
      let last = null;
      const c = this.canvas;
      c.onpointerdown = (e) => { last = [e.clientX, e.clientY]; c.setPointerCapture(e.pointerId); };
      c.onpointerup = () => { last = null; };
      c.onpointermove = (e) => {
        if (!last) return;
        const [dx, dy] = [e.clientX - last[0], e.clientY - last[1]];
        last = [e.clientX, e.clientY];
        this.rotation = multiply(multiply(turnX(dy * 0.008), turnY(dx * 0.008)), this.rotation);
        this.draw();
      };
      c.addEventListener("wheel", (e) => {
        e.preventDefault();
        this.zoom = Math.min(8, Math.max(0.4, this.zoom * Math.exp(-e.deltaY * 0.001)));
        this.draw();
      }, { passive: false });
      c.ondblclick = () => { this.zoom = 1; this.rotation = multiply(turnX(0.35), turnY(-0.5)); this.draw(); };
    }

    draw() {
      const ratio = window.devicePixelRatio || 1, w = this.canvas.clientWidth, h = this.canvas.clientHeight;
      if (!w || !h) return;
      this.canvas.width = w * ratio;
      this.canvas.height = h * ratio;
      const g = this.canvas.getContext("2d");
      g.scale(ratio, ratio);
      const scale = 0.47 * Math.min(w, h) / this.scene.radius * this.zoom, far = 4 * this.scene.radius;
      const project = (p) => {
        const r = apply(this.rotation, p), f = far / (far - r[2]);  // mild perspective
        return { x: w / 2 + scale * r[0] * f, y: h / 2 - scale * r[1] * f, z: r[2], f };
      };
      const color = tokens();
      const fog = (z) => 0.55 + 0.45 * (z + this.scene.radius) / (2 * this.scene.radius);
      g.strokeStyle = color("--soft");
      g.globalAlpha = 0.5;
      for (const [a, b] of this.scene.edges) {
        const p = project(a), q = project(b);
        g.beginPath(); g.moveTo(p.x, p.y); g.lineTo(q.x, q.y); g.stroke();
      }
      const items = [];
      const at = this.scene.atoms.map(project);
      this.scene.atoms.forEach((a, i) => { if (!this.hidden.has(a[3])) items.push({ z: at[i].z, atom: i }); });
      for (const s of this.scene.sticks)
        if (!this.hidden.has(this.scene.atoms[s[3]][3])) {
          const end = project(s);
          items.push({ z: (end.z + at[s[3]].z) / 2, from: at[s[3]], end, kind: this.scene.atoms[s[3]][3] });
        }
      items.sort((a, b) => a.z - b.z);
      g.lineCap = "round";
      for (const item of items) {
        g.globalAlpha = Math.min(1, Math.max(0.3, fog(item.z)));
        if (item.end) {
          g.strokeStyle = shade(this.scene.species[item.kind].color, 0.85);
          g.lineWidth = 0.26 * scale * item.end.f;
          g.beginPath(); g.moveTo(item.from.x, item.from.y); g.lineTo(item.end.x, item.end.y); g.stroke();
        } else {
          const p = at[item.atom], s = this.scene.species[this.scene.atoms[item.atom][3]], r = s.radius * scale * p.f;
          const ball = g.createRadialGradient(p.x - 0.35 * r, p.y - 0.4 * r, 0.1 * r, p.x, p.y, r);
          ball.addColorStop(0, shade(s.color, 1.75));
          ball.addColorStop(0.4, s.color);
          ball.addColorStop(1, shade(s.color, 0.62));
          g.fillStyle = ball;
          g.beginPath(); g.arc(p.x, p.y, r, 0, 2 * Math.PI); g.fill();
        }
      }
      this.drawn = items.length;
    }
  }

  const turnX = (a) => [[1, 0, 0], [0, Math.cos(a), -Math.sin(a)], [0, Math.sin(a), Math.cos(a)]];
  const turnY = (a) => [[Math.cos(a), 0, Math.sin(a)], [0, 1, 0], [-Math.sin(a), 0, Math.cos(a)]];
  const multiply = (a, b) => a.map((row) => [0, 1, 2].map((k) => row[0] * b[0][k] + row[1] * b[1][k] + row[2] * b[2][k]));
  const apply = (m, p) => m.map((row) => row[0] * p[0] + row[1] * p[1] + row[2] * p[2]);

  // ---- the page --------------------------------------------------------------------------------------------------

  async function run() {
    const cards = [...document.querySelectorAll("[data-kind]")];
    let drawn = 0;
    for (const card of cards) {
      try {
        const data = JSON.parse(card.querySelector("script").textContent);
        card.classList.add("live");
        if (card.dataset.kind === "figure") {
          if (!window.Plotly) { card.classList.remove("live"); continue; }
          await drawPlot(card, data);
        } else if (!new Viewer(card, data).drawn) {
          throw new Error(`structure ${card.id} is empty`);
        }
        card.dataset.drawn = "yes";
        drawn += 1;
      } catch (error) {
        card.classList.remove("live");
        fail(error);
      }
    }
    // What a test reads: everything was drawn, nothing went wrong.
    document.body.dataset.figures = String(cards.length);
    document.body.dataset.drawn = String(drawn);
    document.body.dataset.errors = errors.join("; ");
  }

  run();
})();
