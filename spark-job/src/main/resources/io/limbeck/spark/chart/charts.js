// Line charts and stacked areas, drawn with uPlot, in one look for Spark's UI and for reports.
const charts = (() => {
  'use strict';

  // Told apart with any kind of colour vision: M. Okabe and K. Ito, "Color Universal Design".
  const COLORS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#7f7f7f', '#000000'];
  const HEIGHT = 220;

  const rounded = (value, digits) => value.toLocaleString('en', { maximumFractionDigits: digits });

  /** What numbers look like, by their unit. */
  const UNITS = {
    percent: value => (100 * value).toFixed(2) + ' %',
    share: value => rounded(100 * value, 0) + ' %',
    count: value => rounded(value, 0),
    rate: value => value.toPrecision(3),
    loss: value => value.toFixed(4),
    seconds: value => value < 1 ? rounded(1000 * value, 1) + ' ms' : rounded(value, 1) + ' s',
    number: value => rounded(value, 3),
  };

  /** As short as an axis has room for, also where numbers are very small. */
  const short = value => value !== 0 && Math.abs(value) < 0.001
    ? Number(value.toPrecision(3)).toExponential() : rounded(value, 5);

  const TICKS = { ...UNITS, percent: value => rounded(100 * value, 1) + ' %', loss: short, rate: short };

  const text = (format, value) => value == null ? '–' : format(value);

  /** Each on top of those before it. */
  function stacked(series) {
    const sums = series[0].values.map(() => 0);
    return series.map(each => each.values.map((value, i) => (sums[i] += value ?? 0)));
  }

  /** Few values have dots on their line, and one alone has nothing else. */
  const dotted = (count, plain) => count === 1 || (count < 40 && !plain);

  function options(spec, width) {
    const unit = UNITS[spec.unit], tick = TICKS[spec.unit];
    const lines = spec.series.map((each, i) => {
      const color = each.color ?? COLORS[i % COLORS.length];
      return {
        label: each.label,
        stroke: color,
        width: 1.5,
        dash: each.dashed ? [6, 4] : undefined,
        fill: spec.stacked ? color + '99' : undefined,
        paths: spec.dots ? () => null : undefined,
        points: spec.dots ? { show: true, size: each.values.length > 60 ? 3 : 7, fill: color }
          : { show: chart => dotted(chart.data[0].length, spec.stacked || each.dashed) },
        spanGaps: true,
        // Where nobody points at anything, the legend tells the latest, if there is such a thing.
        value: (chart, value, column, at) => text(unit, spec.dots && at == null ? null : each.values.at(at ?? -1)),
      };
    });
    return {
      width,
      height: spec.height ?? HEIGHT,
      pxAlign: 0,
      cursor: { drag: { x: true, y: false } },
      scales: {
        x: { time: false, range: spec.x.range },
        y: {
          distr: spec.logarithmic ? 3 : 1,
          range: spec.range ?? (spec.stacked ? (chart, min, max) => [0, max * 1.05] : undefined),
        },
      },
      axes: [
        { label: spec.x.axis ?? spec.x.label, labelSize: 18, size: 30, values: (chart, all) => all.map(v => text(UNITS[spec.x.unit ?? 'count'], v)),
          incrs: spec.x.unit ? undefined : [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 2e6, 5e6, 1e7] },
        { size: 62, values: (chart, all) => all.map(v => text(tick, v)) },
      ],
      series: [
        { label: spec.x.label, value: (chart, value, column, at) => text(UNITS[spec.x.unit ?? 'count'], spec.dots && at == null ? null : (spec.x.names ?? spec.x.values).at(at ?? -1)) },
        ...lines],
      // A band is filled down to the one below it.
      bands: spec.stacked ? lines.slice(1).map((line, i) => ({ series: [i + 2, i + 1] })) : undefined,
    };
  }

  const data = spec => [spec.x.values, ...(spec.stacked ? stacked(spec.series) : spec.series.map(each => each.values))];

  /**
   * Draws a chart into an element, or draws it anew with other numbers.
   *
   * spec: title, x {label, axis?, values, names?, unit?}, unit, series [{label, values, dashed?, color?}], stacked?, dots?, logarithmic?, range?
   */
  function draw(holder, spec) {
    const kind = JSON.stringify([spec.title, spec.unit, spec.logarithmic, spec.series.map(each => each.label)]);
    // The legend's values are asked for by position, so what it looks up has to follow the numbers.
    if (holder.kind === kind && holder.chart) {
      holder.spec.series.forEach((each, i) => { each.values = spec.series[i].values; });
      holder.spec.x.values = spec.x.values;
      holder.chart.setData(data(spec));
      return;
    }
    holder.replaceChildren();
    holder.chart?.destroy();
    const heading = document.createElement('h5');
    heading.textContent = spec.title;
    holder.append(heading);
    if (spec.series.length === 0 || spec.x.values.length === 0) {
      holder.kind = undefined;
      holder.chart = undefined;
      const nothing = document.createElement('p');
      nothing.className = 'chart-empty';
      nothing.textContent = spec.empty ?? 'nothing yet';
      holder.append(nothing);
      return;
    }
    holder.kind = kind;
    holder.spec = spec;
    const body = document.createElement('div');
    holder.append(body);
    const width = () => Math.max(240, holder.clientWidth - 4);
    holder.chart = new uPlot(options(spec, width()), data(spec), body);
    if (!holder.watched) {
      holder.watched = new ResizeObserver(
        () => holder.chart?.setSize({ width: width(), height: holder.spec.height ?? HEIGHT }));
      holder.watched.observe(holder);
    }
  }

  return { draw, UNITS, COLORS };
})();
