// The Distillation tab: a table of the application's trainings, and charts of the one that is chosen.
(() => {
  'use strict';
  const INTERVAL = 2000;
  // A training that has said nothing for so long is over, even if nobody said so.
  const SILENCE = 60000;
  const { UNITS } = charts;
  const root = document.getElementById('distillation');
  const base = root.dataset.runs;
  const live = root.dataset.live === 'true';
  let chosen = Number(new URLSearchParams(location.hash.slice(1)).get('run')) || null;
  let shown = null;

  const score = split => split == null ? null : split.mean_iou ?? split.accuracy;
  const percent = split => split == null ? '–' : UNITS.percent(score(split));
  const ofRun = name => document.querySelector(`[data-chart="${name}"]`);

  function done(run) {
    return run.best_epoch != null;
  }

  function epoch(run) {
    if (done(run) || run.latest == null) {
      return run.epochs_done;
    }
    const inEpoch = run.latest.epoch + (run.latest.round + 1) / run.latest.rounds;
    return Math.max(run.epochs_done, inEpoch);
  }

  function left(run) {
    const before = run.epochs_before;
    const part = (epoch(run) - before) / (run.training.epochs - before);
    const seconds = part > 0 ? (run.updated - run.started) / 1000 * (1 - part) / part : null;
    return seconds == null ? '–'
      : `${Math.floor(seconds / 60)}:${String(Math.round(seconds) % 60).padStart(2, '0')} left`;
  }

  function state(run) {
    if (done(run)) {
      const seconds = (run.updated - run.started) / 1000;
      return `done in ${UNITS.seconds(seconds)}`;
    }
    if (epoch(run) >= run.training.epochs) {
      return 'trained';
    }
    return live && Date.now() - run.updated < SILENCE ? left(run) : 'not finished';
  }

  function losses(run) {
    return run.latest == null ? '–'
      : Object.entries(run.latest.losses).map(([name, value]) => `${name} ${UNITS.loss(value)}`).join(', ');
  }

  const validation = run => done(run) ? run.best.validation : run.epochs.at(-1)?.validation;

  const COLUMNS = [
    ['', run => run.run],
    ['Experiment', run => run.training.experiment],
    ['Training', run => `${run.training.title}, seed ${run.training.seed}`],
    ['Epoch', run => `${UNITS.number(epoch(run))} / ${run.training.epochs}`],
    ['Losses', losses],
    ['Validation', run => percent(validation(run))],
    ['Best epoch', run => run.best_epoch ?? '–'],
    ['Test, best epoch', run => percent(run.best?.test)],
    ['Test, last epoch', run => percent(run.last?.test)],
    ['Test, teacher', run => Object.values(run.training.teachers).map(each => each.test).filter(each => each != null).map(UNITS.percent).join(', ') || '–'],
    ['Examples/s', run => run.latest == null ? '–' : UNITS.count(run.latest.examples / run.latest.times.total)],
    ['', state],
  ];

  function element(tag, content, ...children) {
    const made = document.createElement(tag);
    if (content != null) {
      made.textContent = content;
    }
    made.append(...children);
    return made;
  }

  function table(runs) {
    const rows = runs.map(run => {
      const row = element('tr', null, ...COLUMNS.map(([, cell]) => element('td', cell(run))));
      row.cells[1].title = run.training.experiment;
      row.dataset.run = run.run;
      row.className = run.run === shown ? 'chosen' : '';
      row.tabIndex = 0;
      row.onclick = () => choose(run.run);
      row.onkeydown = event => event.key === 'Enter' && choose(run.run);
      return row;
    });
    document.querySelector('#runs thead').replaceChildren(
      element('tr', null, ...COLUMNS.map(([title]) => element('th', title))));
    document.querySelector('#runs tbody').replaceChildren(...rows);
    document.getElementById('no-runs').hidden = runs.length > 0;
  }

  function executor(run, name) {
    const gpus = run.latest?.gpus?.[name];
    return `executor ${name}${gpus?.length ? ` on GPU ${gpus.join(', ')}` : ''}`;
  }

  const names = (rounds, key) => [...new Set(rounds.flatMap(round => Object.keys(round[key])))];

  function draw(run) {
    const title = document.getElementById('run-title');
    title.textContent = `Training ${run.run}: ${run.training.experiment}, ${run.training.title}, seed ${run.training.seed}`;
    const rounds = run.rounds;
    const x = { label: 'step', values: rounds.map(round => round.step) };
    const line = (label, value) => ({ label, values: rounds.map(value) });
    charts.draw(ofRun('losses'), {
      title: 'Losses', x, unit: 'loss', logarithmic: document.getElementById('logarithmic').checked,
      series: names(rounds, 'losses').map(name => line(name, round => round.losses[name] ?? null)),
    });
    const epochs = { label: 'epoch', values: run.epochs.map(each => each.epoch) };
    const perEpoch = (label, value) => ({ label, values: run.epochs.map(value) });
    const others = [...new Set(run.epochs.flatMap(each => Object.keys(each.others ?? {})))];
    const ofPixels = run.epochs[0]?.validation?.mean_iou != null;
    charts.draw(ofRun('accuracy'), {
      title: ofPixels ? 'Mean IoU on validation' : 'Accuracy on validation', x: epochs, unit: 'percent',
      empty: run.epochs.length ? 'no validation examples' : 'nothing yet',
      series: run.epochs.some(each => each.validation) ? [
        perEpoch(run.training.title, each => score(each.validation)),
        ...others.map(name => perEpoch(name, each => score(each.others?.[name]))),
        ...Object.entries(run.training.teachers).filter(([, each]) => each.validation != null)
          .map(([name, each]) => ({ ...perEpoch(name, () => each.validation), dashed: true })),
      ] : [],
    });
    charts.draw(ofRun('rate'), { title: 'Learning rate', x, unit: 'rate', series: [line('learning rate', round => round.learning_rate)] });
    charts.draw(ofRun('interval'), {
      title: 'Averaging interval', x, unit: 'number', range: (chart, min, max) => [0, max * 1.1],
      series: [line('steps between two averagings', round => round.averaging_steps)],
    });
    charts.draw(ofRun('drift'), {
      title: 'Worker drift: 0 all the same way, 1 all against each other', x, unit: 'number', range: [0, 1],
      series: [line('drift', round => round.drift)],
    });
    charts.draw(ofRun('executors'), {
      title: 'Examples per second, by executor', x, unit: 'count', range: (chart, min, max) => [0, max * 1.1],
      series: names(rounds, 'examples_by_executor').map(
        name => line(executor(run, name), round => (round.examples_by_executor[name] ?? 0) / round.times.total)),
    });
    charts.draw(ofRun('teacher'), {
      title: 'Teacher', x, unit: 'share', range: [0, 1],
      series: [
        line('share of the step', round => round.teacher_share),
        line('examples from its cache', round => round.cached_share),
      ],
    });
    charts.draw(ofRun('timeline'), {
      title: 'Where a round’s time goes', x, unit: 'seconds', stacked: true,
      series: ['steps', 'waiting', 'reduce', 'broadcast'].map(
        part => line(part, round => round.times[part] / round.rounds)),
    });
    document.getElementById('details').hidden = false;
  }

  async function json(path) {
    const answer = await fetch(base + path, { headers: { Accept: 'application/json' } });
    if (!answer.ok) {
      throw new Error(`${answer.status} ${answer.statusText}`);
    }
    return answer.json();
  }

  async function refresh() {
    const note = document.getElementById('connection');
    try {
      const runs = await json('');
      const running = runs.at(-1);
      shown = runs.some(run => run.run === chosen) ? chosen : running?.run ?? null;
      table(runs);
      if (shown != null) {
        draw(await json(String(shown)));
      }
      note.hidden = true;
    } catch (problem) {
      note.textContent = `The application does not answer any more: ${problem.message}. What is shown is what it said last.`;
      note.hidden = false;
    }
  }

  async function choose(run) {
    chosen = run;
    history.replaceState(null, '', `#run=${run}`);
    await refresh();
  }

  async function loop() {
    await refresh();
    if (live) {
      setTimeout(loop, INTERVAL);
    }
  }

  document.getElementById('logarithmic').onchange = refresh;
  loop();
})();
