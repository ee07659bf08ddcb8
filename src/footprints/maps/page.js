// Draws the footprints of a page and the panel beside them. What data says is only ever set as
// text, never as markup.
"use strict";

const STRENGTH = 0.75;  // Of colours that mean something, on the map and in the legend.

function footprintsMap(map, name) {
  const data = JSON.parse(document.getElementById(name + "_data").textContent);
  const panel = document.getElementById(name);
  const topologies = data.topologies.map(footprintsArcs);
  const layers = data.layers.map((layer) => ({...layer, shapes: new Map(), found: new Map()}));
  const views = data.views.map((view, number) => ({...view, number, group: null, heading: view.group}));
  const shown = [];  // The views that are switched on, the last one on top.
  const say = element("div", {className: "visually-hidden", role: "status"});
  let marked = null;

  for (const [pane, level] of [["footprints-lines", 430], ["footprints-found", 440], ["footprints-veil", 443],
    ["footprints-ties", 446], ["footprints-marked", 450]]) {
    map.createPane(pane).style.zIndex = level;
  }
  const drawer = {};
  function renderer(pane) {
    drawer[pane] ||= L.svg({pane, padding: 0.5});
    return drawer[pane];
  }

  function outline(layer, position) {
    if (!layer.pieces) {
      layer.pieces = layer.code.map(() => []);
      layer.of.forEach((of, piece) => of >= 0 && layer.pieces[of].push(piece));
    }
    if (!layer.shapes.has(position)) {
      layer.shapes.set(position, footprintsJoined(topologies[layer.topology], layer.pieces[position]));
    }
    return layer.shapes.get(position);
  }

  // What is drawn.

  function polygon(layer, position, style) {
    return L.polygon(outline(layer, position), {smoothFactor: 0, bubblingMouseEvents: false, ...style});
  }

  function group(view) {
    if (view.group) return view.group;
    const layer = layers[view.layer];
    const shapes = [];
    if (view.kind === "hatch") {
      const worst = new Map();
      for (const [position, status] of view.found) {
        worst.set(position, Math.min(status, worst.get(position) ?? status));
      }
      for (const [position, status] of worst) {
        const ink = view.palette[status];
        shapes.push(Object.assign(polygon(layer, position, {
          pane: "footprints-found", renderer: renderer("footprints-found"), color: ink, weight: 2,
          fillColor: "url(#" + hatch(ink) + ")", fillOpacity: 1,
        }), {position}));
      }
    } else if (view.kind === "ties") {
      for (const [position, from, to, weight, text] of view.ties) {
        shapes.push(Object.assign(L.polyline([from, to], {pane: "footprints-ties", renderer: renderer("footprints-ties"),
          color: view.palette[0], weight, opacity: 0.7, bubblingMouseEvents: false}), {position, weight, text}));
      }
      for (const [at, text] of view.hubs) {
        shapes.push(Object.assign(L.circleMarker(at, {pane: "footprints-ties", renderer: renderer("footprints-ties"), radius: 6,
          color: "#fff", weight: 2, fillColor: view.palette[0], fillOpacity: 1, bubblingMouseEvents: false}), {text}));
      }
    } else {
      view.colour.forEach((colour, position) => {
        if (colour >= 0) {
          shapes.push(Object.assign(polygon(layer, position, {fillColor: view.palette[colour]}), {position}));
        }
      });
    }
    view.group = L.featureGroup(shapes)
      .bindTooltip((shape) => shape.text ? element("div", {}, shape.text) : tip(view, shape.position), {sticky: true, className: "footprints-tip"})
      .on("click", ({layer: {position}}) => position === undefined || choose(view.layer, position))
      .on("mouseover", (event) => event.layer.setStyle({weight: (event.layer.weight ?? 2) + 2}))
      .on("mouseout", (event) => event.layer.setStyle({weight: event.layer.weight ?? 2}));
    return view.group;
  }

  function hatch(ink) {
    const id = name + "_hatch" + ink.slice(1);
    if (document.getElementById(id)) return id;
    const svg = (tag, attributes) => {
      const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
      return made;
    };
    const pattern = svg("pattern", {id, width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)"});
    pattern.append(svg("rect", {width: 7, height: 7, fill: ink, "fill-opacity": 0.1}),
      svg("line", {y2: 7, stroke: ink, "stroke-width": 3}));
    const holder = svg("svg", {width: 0, height: 0, class: "footprints-patterns", "aria-hidden": "true"});
    holder.append(pattern);
    document.body.append(holder);
    return id;
  }

  function redraw() {
    const fills = shown.filter((view) => view.kind === "fill");
    const top = fills.at(-1);
    for (const view of views) {
      if (view.group && !shown.includes(view)) view.group.remove();
    }
    for (const view of shown) {
      const shapes = group(view);
      if (view.kind === "fill") {
        const line = view !== top;
        // Another renderer has to be set before a shape is drawn.
        shapes.remove();
        shapes.eachLayer((shape) => {
          const pane = line ? "footprints-lines" : "overlayPane";
          shape.weight = line ? 2.5 : 1;
          Object.assign(shape.options, {
            pane, renderer: renderer(pane), interactive: !line, fill: !line, fillOpacity: view.legend.length ? STRENGTH : 0.6,
            color: line ? "#1d3557" : "#4a5560", weight: shape.weight,
          });
        });
      }
      shapes.addTo(map);
    }
    showLegend(fills, top);
  }

  function drawnIn(frame) {
    const drawn = L.latLngBounds([]);
    shown.forEach((view) => drawn.extend(group(view).getBounds()));
    if (!drawn.isValid() || !frame.intersects(drawn)) return frame;
    return L.latLngBounds(
      [Math.max(frame.getSouth(), drawn.getSouth()), Math.max(frame.getWest(), drawn.getWest())],
      [Math.min(frame.getNorth(), drawn.getNorth()), Math.min(frame.getEast(), drawn.getEast())]);
  }

  // The panel.

  function element(tag, properties = {}, ...children) {
    const made = document.createElement(tag);
    for (const [key, value] of Object.entries(properties)) {
      if (key in made && key !== "list") made[key] = value;
      else made.setAttribute(key, value);
    }
    made.append(...children);
    return made;
  }

  function facts(layer, position) {
    const told = [["Code", layer.code[position]]];
    for (const [label, values] of Object.entries(layer.facts)) {
      if (values[position] !== null) told.push([label, values[position]]);
    }
    const list = element("dl");
    for (const [label, text] of told) {
      list.append(element("dt", {}, label), element("dd", {}, text));
    }
    return list;
  }

  function tip(view, position) {
    const layer = layers[view.layer];
    const box = element("div", {}, element("strong", {}, layer.name[position]), facts(layer, position));
    for (const [of, , text] of view.found || []) {
      if (of === position) box.append(element("p", {}, text));
    }
    return box;
  }

  function choose(number, position, zoom) {
    const layer = layers[number];
    const chosen = panel.querySelector(".footprints-chosen");
    chosen.replaceChildren(element("h2", {}, layer.name[position]),
      element("p", {className: "footprints-small"}, layer.called + " (" + layer.key + ")"), facts(layer, position));
    for (const view of views.filter((each) => each.found && each.layer === number)) {
      for (const [of, status, text] of view.found) {
        if (of !== position) continue;
        const box = element("p", {className: "footprints-evidence"}, element("b", {}, view.label + ": " + view.words[status] + ". "), text);
        if (view.source) box.append(element("span", {className: "footprints-small"}, "Source: " + view.source));
        box.style.borderColor = view.palette[status];
        chosen.append(box);
      }
    }
    for (const view of views.filter((each) => each.ties && each.layer === number)) {
      const ties = view.ties.filter(([of]) => of === position);
      // Who has several is told by the view of what is cut.
      if (ties.length === 1) chosen.append(element("p", {className: "footprints-evidence"}, element("b", {}, view.label + ". "), ties[0][4]));
    }
    const clear = element("button", {type: "button"}, "Clear");
    clear.addEventListener("click", () => {
      chosen.replaceChildren();
      marked?.remove();
      panel.querySelector("input[type=search]").focus();
    });
    chosen.append(clear);
    marked?.remove();
    marked = polygon(layer, position, {pane: "footprints-marked", renderer: renderer("footprints-marked"),
      interactive: false, fill: false, color: "#000", weight: 4}).addTo(map);
    say.textContent = layer.name[position] + " chosen";
    if (zoom && marked.getBounds().isValid()) map.fitBounds(marked.getBounds(), {padding: [40, 40], maxZoom: 12, animate: false});
  }

  function showLegend(fills, top) {
    const legend = panel.querySelector(".footprints-legend");
    legend.replaceChildren();
    const row = (colour, text, kind) => {
      const swatch = element("span", {className: "footprints-swatch footprints-" + kind, "aria-hidden": "true"});
      if (kind === "hatch") {
        swatch.style.background = "repeating-linear-gradient(135deg, " + colour + " 0 2px, #fff 2px 5px)";
      } else swatch.style[kind === "line" ? "borderTopColor" : "backgroundColor"] = colour;
      if (kind === "fill") swatch.style.opacity = STRENGTH;
      legend.append(element("li", {}, swatch, text));
    };
    for (const view of shown.filter((each) => each === top || each.kind !== "fill")) {
      legend.append(element("li", {className: "footprints-what"}, named(view)));
      view.legend.forEach(([colour, text]) => row(view.palette[colour], text, view.kind === "ties" ? "line" : view.kind));
      if (!view.legend.length) legend.append(element("li", {}, "Colours only tell neighbours apart."));
    }
    fills.filter((view) => view !== top).forEach((view) => row("#1d3557", named(view), "line"));
    if (data.outline) row("#000", data.focus + "; what lies outside is faint", "dashes");
    if (!legend.children.length) legend.append(element("li", {}, "Nothing is switched on."));
  }

  function named(view) {
    return view.heading + ": " + view.label;
  }

  function toggles() {
    const box = element("section", {"aria-label": "Layers"}, element("h2", {}, "Layers"));
    box.append(element("p", {className: "footprints-small"}, "The last one switched on is coloured, the others are lines. "
      + "Numbers say how many there are; of bands and findings, how many miss."));
    const sets = new Map();
    for (const view of views) {
      if (!sets.has(view.heading)) {
        sets.set(view.heading, element("fieldset", {}, element("legend", {}, view.heading)));
        box.append(sets.get(view.heading));
      }
      const input = element("input", {type: "checkbox", checked: Boolean(view.shown)});
      input.addEventListener("change", () => turn(view, input.checked));
      view.input = input;
      sets.get(view.heading).append(element("label", {}, input, element("span", {}, view.label),
        element("span", {className: "footprints-count"}, view.count.toLocaleString("en-GB"))));
    }
    return box;
  }

  function turn(view, on) {
    if (shown.includes(view)) shown.splice(shown.indexOf(view), 1);
    if (on) shown.push(view);
    view.input.checked = on;
    redraw();
  }

  function search() {
    const input = element("input", {type: "search", id: name + "_search", autocomplete: "off"});
    const results = element("ul", {className: "footprints-results"});
    const listed = layers.filter((layer, number) => views.some((view) => view.layer === number));
    const all = listed.flatMap((layer) => layer.code.map((code, position) => (
      {number: layers.indexOf(layer), position, text: (layer.name[position] + " " + code).toLowerCase()})));
    const look = () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      const rank = (each) => 2 * !each.text.startsWith(words.join(" ")) + !shown.some((view) => view.layer === each.number);
      const hits = words.length ? all.filter((each) => words.every((word) => each.text.includes(word))) : [];
      hits.sort((one, other) => rank(one) - rank(other));
      results.replaceChildren(...hits.slice(0, 12).map(({number, position}) => {
        const layer = layers[number];
        const button = element("button", {type: "button"}, element("span", {}, layer.name[position]),
          element("span", {className: "footprints-small"}, layer.called + " (" + layer.key + ")"));
        button.addEventListener("click", () => {
          const view = views.find((each) => each.kind !== "ties" && each.layer === number);
          if (!shown.some((each) => each.layer === number)) turn(view, true);
          results.replaceChildren();
          choose(number, position, true);
          panel.querySelector(".footprints-chosen").focus();
        });
        return element("li", {}, button);
      }));
      if (hits.length > 12) results.append(element("li", {className: "footprints-small"}, "and " + (hits.length - 12).toLocaleString("en-GB") + " more"));
      say.textContent = words.length ? hits.length + " found" : "";
    };
    input.addEventListener("input", look);
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") results.querySelector("button")?.click();
    });
    return element("section", {"aria-label": "Search"},
      element("label", {htmlFor: input.id}, "Find by name or code"), input, results);
  }

  panel.replaceChildren(
    ...(data.marking ? [element("p", {className: "footprints-marking"}, data.marking)] : []),
    element("h1", {}, data.title),
    ...(data.illustrative ? [element("p", {className: "footprints-badge"}, "Illustrative lines, not for publication")] : []),
    ...(data.lead ? [element("p", {}, data.lead)] : []),
    search(), say, element("section", {className: "footprints-chosen", tabIndex: -1, "aria-label": "Chosen footprint"}),
    element("section", {"aria-label": "Legend"}, element("ul", {className: "footprints-legend"})), toggles(),
    element("section", {className: "footprints-notes", "aria-label": "Notes"}, element("h2", {}, "About"),
      ...[...data.notes, data.detail].map((text) => element("p", {}, text)),
      element("h3", {}, "Sources"), ...data.sources.map((text) => element("p", {}, text))));
  map.getContainer().setAttribute("role", "region");
  map.getContainer().setAttribute("aria-label", "Map: " + data.title);
  map.attributionControl?.setPrefix("Leaflet");
  if (data.illustrative) map.attributionControl?.addAttribution("Illustrative lines");
  L.control.scale({imperial: false}).addTo(map);
  if (data.outline) {
    // What lies outside the focus is faint: all the world but its rings, by the even-odd rule.
    L.polygon([[[-85, -180], [85, -180], [85, 180], [-85, 180]], ...outline(layers[data.outline[0]], data.outline[1])],
      {pane: "footprints-veil", renderer: renderer("footprints-veil"), interactive: false, stroke: false, smoothFactor: 0,
        fillColor: "#fff", fillOpacity: 0.6, fillRule: "evenodd"}).addTo(map);
    polygon(layers[data.outline[0]], data.outline[1], {pane: "footprints-marked", renderer: renderer("footprints-marked"),
      interactive: false, fill: false, color: "#000", weight: 3, dashArray: "8 6"}).addTo(map);
  }
  shown.push(...views.filter((view) => view.shown).sort((one, other) => one.shown - other.shown));
  redraw();
  map.invalidateSize();

  // On paper the map keeps what it shows on the screen, without the empty sea beside it.
  let before = null;
  window.addEventListener("beforeprint", () => {
    before = map.getBounds();
    document.body.classList.add("footprints-print");
    map.invalidateSize({animate: false}).fitBounds(drawnIn(before), {animate: false});
  });
  window.addEventListener("afterprint", () => {
    document.body.classList.remove("footprints-print");
    map.invalidateSize({animate: false}).fitBounds(before, {animate: false});
  });
}
