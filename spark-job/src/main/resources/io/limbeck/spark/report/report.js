// The report's page, made of the report's JSON that stands in it.
(() => {
  'use strict';
  const { UNITS } = charts;
  const report = JSON.parse(document.getElementById('data').textContent);
  const root = document.getElementById('report');

  function element(tag, content, attributes = {}, ...children) {
    const made = document.createElement(tag);
    if (content != null) {
      made.textContent = content;
    }
    Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
    made.append(...children);
    return made;
  }

  // Each has its own color in all charts.
  const COLOR = { 'student alone': charts.COLORS[1], distilled: charts.COLORS[0], model: charts.COLORS[0] };
  const TEACHER = charts.COLORS[2];

  const score = split => split == null ? null : split.mean_iou ?? split.accuracy;
  const series = part => part == null ? null : part.mean_iou ?? part.accuracy;
  const mean = values => values.reduce((sum, each) => sum + each, 0) / values.length;

  /** Mean of the seeds, with their deviation where there are several. */
  function text(part) {
    const all = series(part);
    if (all == null) {
      return '–';
    }
    return all.runs.length > 1
      ? `${(100 * all.mean).toFixed(2)} ± ${(100 * all.std).toFixed(2)} %`
      : UNITS.percent(all.mean);
  }

  const single = split => split == null ? '–' : UNITS.percent(score(split));

  const models = [
    ['student alone', report.student_alone],
    ['distilled', report.distilled],
    ['model', report.model],
  ].filter(([, model]) => model != null);

  const teachers = report.teacher != null ? { teacher: report.teacher }
    : Object.fromEntries(Object.entries(report.teachers ?? {}).map(([name, each]) => [`teacher ${name}`, each]));
  const best = Object.entries(teachers).sort(([, a], [, b]) => (score(b.test ?? b.validation) ?? 0) - (score(a.test ?? a.validation) ?? 0))[0];

  /** The run whose model the experiment left: the first with the best validation part. */
  const chosen = model => model.runs.reduce(
    (most, run) => (score(run.best.validation) ?? 0) > (score(most.best.validation) ?? 0) ? run : most);

  const ofPixels = models.some(([, model]) => (model.test ?? model.validation)?.mean_iou != null);
  const measure = ofPixels ? 'mean IoU' : 'accuracy';
  const compared = model => model.test ?? model.validation;
  const part = models.some(([, model]) => model.test != null) ? 'test' : 'validation';

  function header() {
    const sizes = Object.entries(report.examples).map(([name, size]) => `${name} ${UNITS.count(size)}`).join(', ');
    return element('header', null, {},
      element('h1', report.name),
      element('p', [
        report.algorithm, report.engine, `${report.workers} partitions`,
        `${report.seeds.length > 1 ? 'seeds' : 'seed'} ${report.seeds.join(', ')}`, `examples: ${sizes}`,
        ...Object.entries(report.gpus ?? {}).map(([executor, gpus]) => `executor ${executor} on GPU ${gpus.join(', ')}`),
      ].join(' · '), { class: 'facts' }));
  }

  function card(title, value, note, kind = '') {
    return element('div', null, { class: `card ${kind}` },
      element('div', title, { class: 'card-title' }),
      element('div', value, { class: 'card-value' }),
      element('div', note, { class: 'card-note' }));
  }

  function cards() {
    const all = [];
    if (best != null && compared(best[1]) != null) {
      all.push(card(best[0], single(compared(best[1])), `${UNITS.count(best[1].parameters)} parameters`));
    }
    models.forEach(([name, model]) => all.push(
      card(name, text(compared(model)), `${UNITS.count(model.parameters)} parameters`, name === 'student alone' ? '' : 'main')));
    if (report.gap_recovered != null) {
      all.push(card('gap recovered', `${Math.round(100 * report.gap_recovered)} %`, 'of the way from the student alone to its teacher', 'main'));
    }
    return element('section', null, { class: 'cards' }, ...all);
  }

  /** What the difference to the student alone is worth. */
  function verdict() {
    const alone = series(compared(report.student_alone ?? {})), taught = series(compared(report.distilled ?? {}));
    if (alone == null || taught == null) {
      return null;
    }
    const points = 100 * (taught.mean - alone.mean);
    const sign = points < 0 ? '−' : '+';
    const found = `${sign}${Math.abs(points).toFixed(2)} percentage points to the student alone`;
    if (taught.runs.length < 2) {
      return element('p', `${found}, with one seed: run several to see whether that is more than chance.`, { class: 'verdict' });
    }
    const error = 100 * Math.sqrt(alone.std ** 2 / alone.runs.length + taught.std ** 2 / taught.runs.length);
    const judged = Math.abs(points) < 2 * error ? 'less than two standard errors, so no difference'
      : points > 0 ? 'better' : 'worse: the teacher does not pay here';
    return element('p', `${found}, ± ${error.toFixed(2)} standard error: ${judged}.`, { class: 'verdict' });
  }

  function table(heads, rows, ...classes) {
    return element('div', null, { class: 'table-holder' }, element('table', null, { class: classes.join(' ') },
      element('thead', null, {}, element('tr', null, {}, ...heads.map(each => element('th', each)))),
      element('tbody', null, {}, ...rows.map(row => element('tr', null, {}, ...row.map(each => element('td', each)))))));
  }

  function summary() {
    const rows = Object.entries(teachers).map(([name, each]) => [
      name, single(each.test), single(each.test), single(each.validation), '–',
      UNITS.count(each.parameters), UNITS.count(each.model_bytes), '–']);
    const add = (name, model) => rows.push([
      name, text(model.test), text(model.test_last_epoch), text(model.validation),
      model.runs.map(run => run.best_epoch).join(', ') + ` of ${model.runs[0].epochs.length}`,
      UNITS.count(model.parameters), UNITS.count(model.model_bytes), UNITS.count(model.examples_per_second.mean)]);
    Object.entries(report.stages ?? {}).forEach(([name, model]) => add(`stage ${name}`, model));
    models.forEach(([name, model]) => add(name, model));
    Object.entries(report.others ?? {}).forEach(([name, other]) => rows.push([
      `beside: ${name}`, text(other.test), text(other.test_last_epoch), text(other.validation), '–',
      UNITS.count(other.parameters), other.model_bytes == null ? '–' : UNITS.count(other.model_bytes), '–']));
    return element('section', null, {}, element('h2', 'Results'),
      table(['', `test ${measure}, best epoch`, 'test, last epoch', 'validation', 'best epoch', 'parameters', 'bytes of the model', 'examples/s'], rows, 'summary'),
      element('p', 'The best epoch is the one with the best validation part; the test part chooses nothing.'
        + (report.seeds.length > 1 ? ' Means ± standard deviations of the seeds.' : ''), { class: 'note' }));
  }

  const epochsOf = model => model.runs[0].epochs.map(each => each.epoch);
  const overSeeds = (model, value) => epochsOf(model).map((epoch, i) => {
    const values = model.runs.map(run => value(run.epochs[i])).filter(each => each != null);
    return values.length === 0 ? null : mean(values);
  });

  /** Charts are drawn when their places are in the page and have a width. */
  const later = [];

  function place(spec) {
    const holder = element('div');
    later.push(() => charts.draw(holder, spec));
    return holder;
  }

  function learning() {
    const [name, main] = models.at(-1);
    const longest = models.map(([, model]) => epochsOf(model)).reduce((a, b) => a.length > b.length ? a : b);
    const x = { label: 'epoch', values: longest };
    const fill = values => longest.map((epoch, i) => values[i] ?? null);
    const losses = [...new Set(main.runs[0].epochs.flatMap(each => Object.keys(each.losses)))];
    const specs = [{
      title: `Validation ${measure}`, x, unit: 'percent', empty: 'no validation part',
      series: models.some(([, model]) => model.validation != null) ? [
        ...models.map(([label, model]) => ({ label, color: COLOR[label], values: fill(overSeeds(model, each => score(each.validation))) })),
        ...Object.entries(teachers).filter(([, each]) => each.validation != null)
          .map(([label, each]) => ({ label, color: TEACHER, values: longest.map(() => score(each.validation)), dashed: true })),
      ] : [],
    }, {
      title: `Losses, ${name}`, x, unit: 'loss',
      series: losses.map(loss => ({ label: loss, values: fill(overSeeds(main, each => each.losses[loss])) })),
    }, {
      title: 'Learning rate', x, unit: 'rate',
      series: [{ label: 'learning rate', values: fill(overSeeds(main, each => each.learning_rate)) }],
    }, {
      title: 'Examples per second', x, unit: 'count', range: (chart, min, max) => [0, max * 1.1],
      series: models.map(([label, model]) => ({ label, color: COLOR[label], values: fill(overSeeds(model, each => each.examples_per_second)) })),
    }];
    return element('section', null, {}, element('h2', 'Training'),
      element('div', null, { class: 'charts' }, ...specs.map(place)),
      element('p', report.seeds.length > 1 ? 'Means of the seeds.' : null, { class: 'note' }));
  }

  /** Of a teacher, and of each model's chosen run, on the part by which they are compared. */
  const evaluated = [
    ...(best != null && compared(best[1]) != null ? [[best[0], compared(best[1])]] : []),
    ...models.map(([name, model]) => [name, chosen(model).best[part]]),
  ].filter(([, split]) => split != null);

  /** Dots by class; of many classes, in the order of the first series, in which they can be read. */
  function byClass(title, unit, series) {
    const first = series[0];
    const classes = first.values.map((each, i) => i);
    const many = classes.length > 60;
    const order = many ? [...classes].sort((a, b) => first.values[a] - first.values[b]) : classes;
    return {
      title, unit, dots: true,
      x: {
        label: 'class', axis: many ? `classes, in the order of “${first.label}”` : undefined,
        values: classes, names: order, range: [-0.5, classes.length - 0.5],
      },
      series: series.map(each => ({ ...each, values: order.map(i => each.values[i]) })),
    };
  }

  function quality() {
    if (evaluated.length === 0) {
      return null;
    }
    const specs = [byClass(`${ofPixels ? 'IoU' : 'Accuracy'} by class`, 'percent', evaluated.map(([label, split]) => (
      { label, color: COLOR[label] ?? TEACHER, values: split.iou_by_class ?? split.accuracy_by_class })))];
    const calibrated = evaluated.filter(([, split]) => split.calibration != null);
    if (calibrated.length > 0) {
      const BINS = 15;
      const centers = Array.from({ length: BINS }, (each, i) => (i + 0.5) / BINS);
      const values = split => centers.map((each, i) =>
        split.calibration.find(bin => Math.min(BINS - 1, Math.floor(bin.confidence * BINS)) === i)?.accuracy ?? null);
      specs.push({
        title: 'Calibration: how often right, by how sure', unit: 'percent', range: [0, 1],
        x: { label: 'probability of the likeliest class', values: centers, unit: 'share', range: [0, 1] },
        series: [
          ...calibrated.map(([label, split]) => ({ color: COLOR[label] ?? TEACHER, label: `${label}, error ${UNITS.percent(split.calibration_error)}`, values: values(split) })),
          { label: 'as sure as right', values: centers, dashed: true, color: '#999999' },
        ],
      });
    }
    return element('section', null, {}, element('h2', `On the ${part} part`),
      element('div', null, { class: 'charts' }, ...specs.map(place)),
      element('p', 'Of the seed that validation chose. The error is the expected calibration error (arXiv:1706.04599).', { class: 'note' }));
  }

  function disagreement() {
    const found = models.map(([name, model]) => [name, chosen(model).disagreement]).filter(([, each]) => each != null);
    if (found.length === 0) {
      return null;
    }
    const OUTCOMES = [
      ['both right', 'both_right'],
      ['only the teacher right', 'only_teacher_right'],
      ['only the student right', 'only_student_right'],
      ['both wrong, about the same', 'both_wrong_alike'],
      ['both wrong, each in its way', 'both_wrong_differently'],
    ];
    const share = (each, key) => `${UNITS.count(each[key])} (${UNITS.percent(each[key] / each.examples)})`;
    const [name, main] = found.at(-1);
    return element('section', null, {}, element('h2', 'Where student and teacher disagree'),
      table(['', ...found.map(([label]) => label)], OUTCOMES.map(([label, key]) => [label, ...found.map(([, each]) => share(each, key))])),
      element('div', null, { class: 'charts' },
        place(byClass(`Examples that only one is right about, by class: ${name}`, 'count', [
          { label: 'only the teacher', color: TEACHER, values: main.only_teacher_right_by_class },
          { label: 'only the student', color: COLOR[name] ?? COLOR.distilled, values: main.only_student_right_by_class },
        ])),
        element('div', null, {}, element('h5', `What they disagree about most: ${name}`),
          table(['the teacher says', 'the student says', 'examples', 'teacher right', 'student right'],
            main.pairs.map(pair => [`class ${pair.teacher}`, `class ${pair.student}`, pair.examples, pair.teacher_right, pair.student_right])))));
  }

  function times() {
    const seconds = report.seconds;
    if (seconds == null) {
      return null;
    }
    const parts = [
      ['start-up', seconds.start_up], ['preparation', seconds.preparation], ['data', seconds.data],
      ['evaluation', seconds.evaluation], ['steps', seconds.steps], ['averaging', seconds.rounds - seconds.steps], ['the rest', seconds.rest],
    ].filter(([, each]) => each > 0);
    const bar = element('div', null, { class: 'bar' }, ...parts.map(([label, each], i) => element('span', null, {
      style: `flex: ${each} 0 0; background: ${charts.COLORS[i % charts.COLORS.length]}`, title: `${label}: ${UNITS.seconds(each)}`,
    })));
    return element('section', null, {}, element('h2', `Time: ${UNITS.seconds(seconds.total)}`), bar,
      element('p', null, { class: 'legend' }, ...parts.map(([label, each], i) => element('span', null, {},
        element('i', null, { style: `background: ${charts.COLORS[i % charts.COLORS.length]}` }),
        ` ${label} ${UNITS.seconds(each)}`))));
  }

  document.title = `${report.name}: distillation report`;
  root.append(...[header(), cards(), verdict(), summary(), learning(), quality(), disagreement(), times()].filter(each => each != null));
  later.forEach(draw => draw());
})();
