// Areas from arcs: each arc stands once, and an area is bound by the arcs that its pieces have once.
"use strict";

function footprintsArcs(topology) {
  const arcs = topology.arcs.map((flat) => {
    const points = [];
    for (let i = 0, x = 0, y = 0; i < flat.length; i += 2) {
      x += flat[i];
      y += flat[i + 1];
      points.push([y * topology.step, x * topology.step]);
    }
    return points;
  });
  return {arcs, pieces: topology.pieces};
}

function footprintsJoined(topology, pieces) {
  const bounds = new Set();
  for (const arc of pieces.flatMap((piece) => topology.pieces[piece])) {
    if (!bounds.delete(arc)) bounds.add(arc);
  }
  const at = new Map();
  for (const arc of bounds) {
    for (const point of [topology.arcs[arc][0], topology.arcs[arc].at(-1)]) {
      const key = point.join();
      at.set(key, [...(at.get(key) || []), arc]);
    }
  }
  const rings = [];
  for (const first of bounds) {
    bounds.delete(first);
    const ring = [...topology.arcs[first]];
    const start = ring[0].join();
    for (let end = ring.at(-1).join(); end !== start; end = ring.at(-1).join()) {
      const next = at.get(end).find((arc) => bounds.has(arc));
      if (next === undefined) break;
      bounds.delete(next);
      const points = topology.arcs[next];
      const onwards = points[0].join() === end ? points : points.slice().reverse();
      for (let i = 1; i < onwards.length; i++) ring.push(onwards[i]);
    }
    rings.push(ring);
  }
  return rings;  // Filled by the even-odd rule, so holes need not be told from islands.
}
