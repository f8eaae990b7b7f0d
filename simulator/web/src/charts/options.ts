// How uPlot is to draw: colours from the design tokens, a marker line, and a place that can be picked.

import uPlot from 'uplot';

export interface Marker {
  readonly at: number;
  readonly label: string;
}

interface Wish {
  readonly host: HTMLElement;
  readonly shape: 'line' | 'step';
  readonly series: readonly { readonly label: string; readonly colour: `--${string}`; readonly dashed?: boolean; readonly shape?: 'line' | 'step'; readonly band?: object }[];
  readonly xTitle: string;
  readonly yTitle: string;
  readonly height: number;
  readonly isZoomed: boolean;
  readonly hasPoints: boolean;
  readonly formatX: (x: number) => string;
  readonly formatY: (y: number) => string;
  readonly latest: {
    markers: readonly Marker[];
    onpick: ((x: number) => void) | undefined;
  };
  readonly onpoint: (index: number | undefined) => void;
}

export function chartOptions(wish: Wish): uPlot.Options {
  const { host, shape, series, xTitle, yTitle, height, isZoomed, hasPoints, formatX, formatY, latest, onpoint } = wish;
  const style = getComputedStyle(host);
  const colour = (name: `--${string}`) => resolved(host, `var(${name})`);
  /** What a band is filled with: lines and grid are seen through it. */
  const pale = (name: `--${string}`) => resolved(host, `color-mix(in srgb, var(${name}) 18%, transparent)`);
  const font = `12px ${style.fontFamily}`;
  const axis = { stroke: colour('--text-soft'), font, labelFont: `600 ${font}`, labelSize: 22 };
  const grid = { stroke: colour('--line'), width: 1 };
  const banded = series.filter(({ band }) => band !== undefined);
  const edge: uPlot.Series = { points: { show: false }, width: 0 };
  const stepped = uPlot.paths.stepped?.({ align: 1 });
  return {
    width: Math.max(200, host.clientWidth),
    height,
    legend: { show: false },
    // Half of a day's name to the right of the last place.
    padding: [14, 24, 0, 0],
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
    scales: { x: { time: false }, y: { range: (_, min, max) => yRange(min, max, isZoomed) } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        ticks: { ...grid, size: 5 },
        label: xTitle,
        size: 30,
        space: 80,
        values: (_, splits) => splits.map((x) => (Number.isInteger(x) ? formatX(x) : '')),
      },
      {
        ...axis,
        grid,
        ticks: { show: false },
        label: yTitle,
        size: 52,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000],
        values: (_, splits) => splits.map(formatY),
      },
    ],
    series: [
      {},
      ...series.map((one): uPlot.Series => ({
        label: one.label,
        stroke: colour(one.colour),
        width: 2,
        points: { show: hasPoints, size: 5, fill: colour(one.colour) },
        ...(one.dashed ? { dash: [6, 4] } : {}),
        ...((one.shape ?? shape) === 'step' && stepped ? { paths: stepped } : {}),
      })),
      ...banded.flatMap((): uPlot.Series[] => [edge, edge]),
    ],
    bands: banded.map((one, place) => {
      const lower = 1 + series.length + 2 * place;
      return { series: [lower + 1, lower], fill: pale(one.colour) };
    }),
    hooks: {
      ready: [
        (plot) =>
          plot.over.addEventListener('click', () => {
            const index = plot.cursor.idx;
            const x = index === null || index === undefined ? undefined : plot.data[0][index];
            if (x !== undefined) latest.onpick?.(x);
          }),
      ],
      setCursor: [(plot) => onpoint(plot.cursor.idx ?? undefined)],
      draw: [
        (plot) => {
          latest.markers.forEach((marker, place) => drawMarker(plot, marker, place, { font, ink: colour('--accent'), paper: colour('--card') }));
        },
      ],
    },
  };
}

function yRange(min: number, max: number, isZoomed: boolean): [number, number] {
  if (!isZoomed) return [0, Math.max(4, max * 1.08)];
  const room = Math.max(2, (max - min) * 0.15);
  return [Math.max(0, min - room), max + room];
}

/** Canvas knows no custom properties. */
function resolved(host: HTMLElement, colour: string): string {
  const probe = host.querySelector<HTMLElement>('.probe');
  if (!probe) return 'gray';
  probe.style.color = colour;
  return getComputedStyle(probe).color;
}

function drawMarker(
  plot: uPlot,
  marker: Marker,
  line: number,
  { ink, paper, font }: { readonly ink: string; readonly paper: string; readonly font: string },
): void {
  if (plot.data[0].length === 0) return;
  const { ctx, bbox } = plot;
  const x = Math.round(plot.valToPos(marker.at, 'x', true));
  if (x < bbox.left || x > bbox.left + bbox.width) return;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = ink;
  ctx.lineWidth = 1.5 * ratio;
  ctx.setLineDash([4 * ratio, 3 * ratio]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.font = `600 ${font.replace('12px', `${12 * ratio}px`)}`;
  const isRight = x > bbox.left + bbox.width * 0.7;
  ctx.textAlign = isRight ? 'right' : 'left';
  ctx.textBaseline = 'top';
  const at = { x: x + (isRight ? -6 : 6) * ratio, y: bbox.top + (4 + 18 * line) * ratio };
  // Lines must not go through the writing.
  const { width } = ctx.measureText(marker.label);
  ctx.fillStyle = paper;
  ctx.fillRect(isRight ? at.x - width - 3 * ratio : at.x - 3 * ratio, at.y - 2 * ratio, width + 6 * ratio, 17 * ratio);
  ctx.fillStyle = ink;
  ctx.fillText(marker.label, at.x, at.y);
  ctx.restore();
}
