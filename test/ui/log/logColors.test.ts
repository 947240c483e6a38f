import assert from 'node:assert/strict';
import manifest from '../../../package.json';
import { contrastRatio, leastContrast, type Hex } from '../../../src/core/log/contrast';
import { toDecoration } from '../../../src/ui/log/logColors';
import { textToCompare } from '../../../src/ui/log/compareLogs';
import { pathsInRepository } from '../../../src/core/log/containerPath';
import { firstShown, LogView, maxShown, tailFrom } from '../../../src/core/log/tailView';
import { LogReader } from '../../../src/core/log/reader';
import { place } from '../../../src/ui/log/logStructure';
import { toLogAddress, toLogUri } from '../../../src/ui/log/logUri';
import { oddName } from '../../gitlab/scenarios';

type Style = Parameters<typeof toDecoration>[0];
const red = { id: 'gitlabBuilds.log.ansiRed' };
const look = (style: Style): unknown => JSON.parse(JSON.stringify(toDecoration(style)));
const { colors } = manifest.contributes;

/** Backgrounds of editors: VS Code's own themes, Monokai and Solarized Light. */
const backgrounds = {
  dark: ['#1f1f1f', '#1e1e1e', '#272822'],
  light: ['#ffffff', '#fdf6e3'],
  highContrast: ['#000000'],
  highContrastLight: ['#ffffff'],
} as const;
const kinds = ['dark', 'light', 'highContrast', 'highContrastLight'] as const;

describe('The colors of logs', () => {
  it('are the sixteen of a terminal, each with a default for every kind of theme', () => {
    const used = Array.from(
      { length: 16 },
      (_, color) => Reflect.get(toDecoration({ color }).color ?? {}, 'id') as string,
    );
    assert.deepEqual(
      colors.map(({ id }) => id),
      used,
    );
    for (const { defaults } of colors) assert.deepEqual(Object.keys(defaults).sort(), [...kinds].sort());
  });

  for (const kind of kinds)
    it(`are readable on the backgrounds of themes: ${kind}`, () => {
      const least = kind.startsWith('high') ? 7 : leastContrast;
      for (const { id, defaults } of colors)
        for (const background of backgrounds[kind]) {
          const ratio = contrastRatio(defaults[kind] as Hex, background);
          assert.ok(ratio >= least, `${id} on ${background}: ${ratio.toFixed(2)}`);
        }
      assert.ok(new Set(colors.map(({ defaults }) => defaults[kind])).size >= 15, 'told apart');
    });

  it('of 256 and of 24 bits are readable in dark and in light themes', () => {
    for (const color of ['#0000ff', '#000000', '#ffffff', '#ffff00', '#808080', '#12ab00'] as const)
      for (const style of [{ color }, { color, inverse: true }] as const) {
        const { dark, light } = toDecoration(style);
        const drawn = [dark, light].map((one) => (style.inverse ? one?.backgroundColor : one?.color) as Hex);
        const on = [
          [...backgrounds.dark, ...backgrounds.highContrast],
          [...backgrounds.light, ...backgrounds.highContrastLight],
        ];
        for (const [at, own] of drawn.entries())
          for (const background of on[at] ?? []) assert.ok(contrastRatio(own, background) >= leastContrast, own);
      }
  });

  it('are readable on backgrounds that the log has chosen', () => {
    const all = [undefined, ...Array.from({ length: 16 }, (_, color) => color), '#0000ff', '#ff8700'] as const;
    for (const color of all)
      for (const background of all.slice(1))
        for (const inverse of [{}, { inverse: true }] as const) {
          const style = { ...inverse, ...(color === undefined ? {} : { color }), background } as Style;
          const drawn = toDecoration(style);
          const ratio = contrastRatio(drawn.color as Hex, drawn.backgroundColor as Hex);
          assert.ok(ratio >= leastContrast, JSON.stringify([style, drawn]));
        }
  });
});

describe('A style of a log', () => {
  it('is drawn in its own colors', () => {
    assert.deepEqual(look({ color: 1 }), { color: red });
    assert.deepEqual(look({ color: 0 }), { color: { id: 'gitlabBuilds.log.ansiBlack' } });
    assert.deepEqual(look({ color: 0, background: 7 }), { color: '#000000', backgroundColor: '#e5e5e5' });
    assert.deepEqual(look({ background: 1 }), { color: '#ffffff', backgroundColor: '#cd3131' });
    assert.deepEqual(look({ color: 15 }), { color: { id: 'gitlabBuilds.log.ansiBrightWhite' } });
    assert.deepEqual(look({ color: '#12ab00' }), { dark: { color: '#12ab00' }, light: { color: '#0e8300' } });
  });

  it('is not brighter for being bold', () => {
    assert.deepEqual(look({ color: 2, bold: true }), {
      color: { id: 'gitlabBuilds.log.ansiGreen' },
      fontWeight: 'bold',
    });
  });

  it("is swapped if it is inverse, with the editor's colors if it has none", () => {
    const editorBackground = { id: 'editor.background' };
    assert.deepEqual(look({ color: 1, inverse: true }), { color: editorBackground, backgroundColor: red });
    assert.deepEqual(look({ inverse: true }), {
      color: editorBackground,
      backgroundColor: { id: 'editor.foreground' },
    });
    assert.deepEqual(look({ color: 0, background: 7, inverse: true }), {
      color: '#e5e5e5',
      backgroundColor: '#000000',
    });
  });

  it('has its lines and weight, and is gray if it is faint without a color', () => {
    assert.deepEqual(look({ bold: true, italic: true, underline: true, strike: true, faint: true }), {
      color: { id: 'gitlabBuilds.log.ansiBrightBlack' },
      ...{ fontWeight: 'bold', fontStyle: 'italic', textDecoration: 'underline line-through' },
    });
    assert.deepEqual(look({ color: 1, faint: true }), { color: red });
    assert.deepEqual(look({ conceal: true }), { opacity: '0' });
  });
});

describe('The path of a file in a log', () => {
  const found = (path: string, project = 'group/app') => pathsInRepository(path, '/home/me/app', project);

  it('is one of the repository', () => {
    assert.deepEqual(found('src/a.ts'), ['/home/me/app/src/a.ts']);
    assert.deepEqual(found('./src/a.ts'), ['/home/me/app/src/a.ts']);
    assert.deepEqual(found('src\\a.ts'), ['/home/me/app/src/a.ts']);
    assert.deepEqual(found('/builds/group/app/src/a.ts'), ['/home/me/app/src/a.ts']);
    assert.deepEqual(found('/home/gitlab-runner/builds/x1/0/group/app/src/a.ts'), ['/home/me/app/src/a.ts']);
    assert.deepEqual(found('C:\\GitLab\\builds\\x1\\0\\group\\app\\src\\a.ts'), ['/home/me/app/src/a.ts']);
    assert.deepEqual(found('/home/me/app/src/a.ts'), ['/home/me/app/src/a.ts']);
  });

  it('in a Java stack trace is looked for in source folders', () => {
    const paths = found('org/a/B.java');
    assert.deepEqual(paths.slice(0, 3), [
      '/home/me/app/org/a/B.java',
      '/home/me/app/src/main/java/org/a/B.java',
      '/home/me/app/src/test/java/org/a/B.java',
    ]);
    assert.ok(paths.includes('/home/me/app/app/src/test/java/org/a/B.java'));
    assert.ok(found('org/a/B.kt').includes('/home/me/app/src/main/kotlin/org/a/B.kt'));
    assert.ok(found('org/a/B.kt').includes('/home/me/app/src/test/java/org/a/B.kt'));
  });

  it('with a numeric project ID is looked for at each depth', () => {
    assert.deepEqual(found('/builds/group/app/src/a.ts', '42'), [
      '/home/me/app/app/src/a.ts',
      '/home/me/app/src/a.ts',
      '/home/me/app/a.ts',
    ]);
  });

  it('never leads out of the repository', () => {
    for (const path of ['../secret', 'src/../../secret', '/builds/group/app/../../../secret', '/etc/passwd', '..\\x'])
      assert.deepEqual(found(path), [], path);
  });
});

describe('The sections of a log', () => {
  const section = (start: number, end?: number) => ({
    ...{ name: 's', header: '', start, collapsed: false, depth: 0 },
    ...(end === undefined ? {} : { end }),
  });
  const lasts = (...sections: readonly ReturnType<typeof section>[]) =>
    place(sections, 100).map(({ start, last }) => [start, last]);

  it('that were never closed end with the enclosing one, or with the log', () => {
    assert.deepEqual(lasts(section(0, 50), section(10), section(60)), [
      [0, 50],
      [10, 50],
      [60, 99],
    ]);
  });

  it('stay within a document that lags behind', () => {
    assert.deepEqual(lasts(section(90, 200), section(150)), [[90, 99]]);
  });
});

describe('The end of a long log', () => {
  const log = new LogReader();
  log.push(
    Buffer.from(
      'section_start:1:a\r\u001b[0Kone\ntwo\nsection_end:2:a\r\u001b[0Ksection_start:2:b\r\u001b[0Kthree\n\u001b[31mfour\n',
    ),
  );
  log.end();

  const upTo = (characters: number, lines = 1000) => firstShown(log, { characters, lines });

  it('contains as many whole lines as fit, and at least one', () => {
    assert.equal(upTo(1000), 0);
    assert.equal(log.lines[upTo(12)], 'three');
    assert.equal(upTo(0), log.lines.length - 1);
    assert.equal(upTo(1000, 2), log.lines.length - 2);
  });

  it('has the styles and sections of its lines', () => {
    const tail = tailFrom(log, 3);
    assert.equal(tail.lines[0], log.lines[3]);
    assert.deepEqual(tail.spans(0), log.spans(3));
    assert.deepEqual(
      tail.sections.map(({ name, start }) => [name, start]),
      [['b', 0]],
    );
    assert.equal(tailFrom(log, 0), log);
  });
});

describe('The shown part of a log', () => {
  const line = `${'x'.repeat(99)}\n`;
  let log: LogReader;
  let view: LogView;
  const grow = (lines: number): void => {
    log.push(Buffer.from(line.repeat(lines)));
    view.grow(log, false);
  };
  const start = (tailLength: number): void => {
    log = new LogReader();
    view = new LogView(() => tailLength);
  };

  it('is all of it up to the configured length, and otherwise the end', () => {
    start(10_000);
    grow(100);
    assert.deepEqual([view.from, view.of(log)], [0, log]);
    start(10_000);
    grow(1000);
    assert.deepEqual([view.from, view.of(log).lines.length], [900, 100]);
  });

  it('stays the same while it grows, until it is twice as long', () => {
    start(10_000);
    grow(1000);
    grow(100);
    assert.equal(view.from, 900);
    grow(1);
    assert.equal(view.from, 1001);
  });

  it('doubles when earlier lines are requested, until all is shown', () => {
    start(10_000);
    grow(1000);
    const steps: number[] = [];
    for (let turns = 0; turns < 10 && view.earlier(log) > 0; turns++) {
      steps.push(view.earlier(log));
      view.showEarlier(log);
    }
    assert.deepEqual([steps, view.from], [[100, 200, 400, 200], 0]);
  });

  it('never exceeds what VS Code accepts, in characters and in lines', () => {
    start(Infinity);
    grow(300_000);
    const shown = view.of(log).lines.reduce((sum, { length }) => sum + length + 1, 0);
    assert.ok(shown <= maxShown.characters && shown > 0.99 * maxShown.characters, `${shown}`);
    assert.deepEqual([view.from > 0, view.earlier(log)], [true, 0]);
    start(Infinity);
    log.push(Buffer.from('x\n'.repeat(400_000)));
    view.grow(log, false);
    assert.equal(view.of(log).lines.length, maxShown.lines);
  });

  it('starts anew with another log', () => {
    start(10_000);
    grow(1000);
    view.showEarlier(log);
    log = new LogReader();
    log.push(Buffer.from(line.repeat(150)));
    view.grow(log, true);
    assert.equal(view.from, 50);
  });
});

describe('A log prepared for comparison', () => {
  const compared = async (lines: number): Promise<readonly string[]> => {
    const log = new LogReader();
    log.push(Buffer.from(`took 12 s: ${'x'.repeat(88)}\n`.repeat(lines)));
    return (await textToCompare(log)).split('\n');
  };

  it('leaves out what differs in each run', async () => {
    assert.equal((await compared(2))[0], `took <duration>: ${'x'.repeat(88)}`);
  });

  it('is the end of a very long one', async () => {
    assert.equal((await compared(200_000)).length, 100_000);
  });
});

describe('The URI of a log', () => {
  it("has the build's name as its title, on one level, and identifies the log", () => {
    const address = { root: 'file:///a b', instance: 'https://git.example.com/x', project: 'g/p', build: 7 };
    const uri = toLogUri(address, { name: oddName, id: 7 });
    assert.deepEqual(toLogAddress(uri), address);
    assert.equal(uri.path.split('/').length, 2);
    assert.match(uri.path, / #7\.log$/);
    assert.match(toLogUri(address, { name: 'a/b', id: 7 }).path, /^\/a-b #7\.log$/);
  });
});
