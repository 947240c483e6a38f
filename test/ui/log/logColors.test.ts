import assert from 'node:assert/strict';
import { toDecoration } from '../../../src/ui/log/logColors';
import { textToCompare } from '../../../src/ui/log/compareLogs';
import { pathsInRepository } from '../../../src/core/log/containerPath';
import { firstShown, LogView, mostShown, tailFrom } from '../../../src/core/log/tailView';
import { LogReader } from '../../../src/core/log/reader';
import { place } from '../../../src/ui/log/logStructure';
import { toLogAddress, toLogUri } from '../../../src/ui/log/logUri';
import { oddName } from '../../gitlab/scenarios';

const red = { id: 'terminal.ansiRed' };
const look = (style: Parameters<typeof toDecoration>[0]): unknown => JSON.parse(JSON.stringify(toDecoration(style)));

describe('A style of a log', () => {
  it('is drawn in the colours of the theme’s terminal, and in others as they are', () => {
    assert.deepEqual(look({ color: 1 }), { color: red });
    assert.deepEqual(look({ color: 0 }), { color: { id: 'terminal.ansiBrightBlack' } });
    assert.deepEqual(look({ color: 0, background: 7 }), {
      color: { id: 'terminal.ansiBlack' },
      backgroundColor: { id: 'terminal.ansiWhite' },
    });
    assert.deepEqual(look({ color: 2, bold: true }), {
      color: { id: 'terminal.ansiBrightGreen' },
      fontWeight: 'bold',
    });
    assert.deepEqual(look({ color: 15 }), { color: { id: 'terminal.ansiBrightWhite' } });
    assert.deepEqual(look({ background: 8 }), { backgroundColor: { id: 'terminal.ansiBrightBlack' } });
    assert.deepEqual(look({ color: '#12ab00' }), { color: '#12ab00' });
  });

  it('is turned round where it is inverse, with the colours of the editor where it has none', () => {
    assert.deepEqual(look({ color: 1, inverse: true }), { color: { id: 'editor.background' }, backgroundColor: red });
    assert.deepEqual(look({ background: 1, inverse: true }), {
      color: red,
      backgroundColor: { id: 'editor.foreground' },
    });
  });

  it('has its lines, weight and strength', () => {
    assert.deepEqual(look({ bold: true, italic: true, underline: true, strike: true, faint: true }), {
      ...{ fontWeight: 'bold', fontStyle: 'italic', textDecoration: 'underline line-through', opacity: '0.6' },
    });
    assert.deepEqual(look({ conceal: true, faint: true }), { opacity: '0' });
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

  it('of a Java stack trace is looked for where sources are', () => {
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

  it('of a project that goes by its number is looked for at each depth', () => {
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

describe('Sections of a log', () => {
  const section = (start: number, end?: number) => ({
    ...{ name: 's', header: '', start, collapsed: false, depth: 0 },
    ...(end === undefined ? {} : { end }),
  });
  const lasts = (...sections: readonly ReturnType<typeof section>[]) =>
    place(sections, 100).map(({ start, last }) => [start, last]);

  it('that were never closed end with the one around them, or with the log', () => {
    assert.deepEqual(lasts(section(0, 50), section(10), section(60)), [
      [0, 50],
      [10, 50],
      [60, 99],
    ]);
  });

  it('stay within a document that is a step behind', () => {
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

  it('is as many whole lines as fit, one at least', () => {
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

describe('How much of a log is shown', () => {
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

  it('is all of it up to the length that is set, and of a longer one the end', () => {
    start(10_000);
    grow(100);
    assert.deepEqual([view.from, view.of(log)], [0, log]);
    start(10_000);
    grow(1000);
    assert.deepEqual([view.from, view.of(log).lines.length], [900, 100]);
  });

  it('stays while it grows, until it is twice as long', () => {
    start(10_000);
    grow(1000);
    grow(100);
    assert.equal(view.from, 900);
    grow(1);
    assert.equal(view.from, 1001);
  });

  it('is as much again when earlier lines are asked for, until all is shown', () => {
    start(10_000);
    grow(1000);
    const steps: number[] = [];
    while (view.earlier(log) > 0) {
      steps.push(view.earlier(log));
      view.showEarlier(log);
    }
    assert.deepEqual([steps, view.from], [[100, 200, 400, 200], 0]);
  });

  it('is never more than VS Code takes, in characters and in lines', () => {
    start(Infinity);
    grow(300_000);
    const shown = view.of(log).lines.reduce((sum, { length }) => sum + length + 1, 0);
    assert.ok(shown <= mostShown.characters && shown > 0.99 * mostShown.characters, `${shown}`);
    assert.deepEqual([view.from > 0, view.earlier(log)], [true, 0]);
    start(Infinity);
    log.push(Buffer.from('x\n'.repeat(400_000)));
    view.grow(log, false);
    assert.equal(view.of(log).lines.length, mostShown.lines);
  });

  it('begins anew with another log', () => {
    start(10_000);
    grow(1000);
    view.showEarlier(log);
    log = new LogReader();
    log.push(Buffer.from(line.repeat(150)));
    view.grow(log, true);
    assert.equal(view.from, 50);
  });
});

describe('A log to be compared', () => {
  const compared = async (lines: number): Promise<readonly string[]> => {
    const log = new LogReader();
    log.push(Buffer.from(`took 12 s: ${'x'.repeat(88)}\n`.repeat(lines)));
    return (await textToCompare(log)).split('\n');
  };

  it('is without what is another in each run', async () => {
    assert.equal((await compared(2))[0], `took <duration>: ${'x'.repeat(88)}`);
  });

  it('is the end of one that is very long', async () => {
    assert.equal((await compared(200_000)).length, 100_000);
  });
});

describe('The address of a log', () => {
  it('has the name of the build as its title, on one level, and gives back which log it is', () => {
    const address = { root: 'file:///a b', instance: 'https://git.example.com/x', project: 'g/p', build: 7 };
    const uri = toLogUri(address, { name: oddName, id: 7 });
    assert.deepEqual(toLogAddress(uri), address);
    assert.equal(uri.path.split('/').length, 2);
    assert.match(uri.path, / #7\.log$/);
    assert.match(toLogUri(address, { name: 'a/b', id: 7 }).path, /^\/a-b #7\.log$/);
  });
});
