import assert from 'node:assert/strict';
import { ReplacePolicy, type ReplaceAnswer } from '../../../../src/core/artifacts/download/replacePolicy';
import { ProgressMeter, type Progress } from '../../../../src/core/artifacts/download/progress';
import { replaceFile } from '../../../../src/core/artifacts/download/replaceFile';
import { errorOf, unhurried } from '../../support';
import { HurriedClock } from '../opening';

describe('Meter', () => {
  let time: number;
  let told: Progress[];
  let meter: ProgressMeter;
  beforeEach(() => {
    [time, told] = [1_000_000, []];
    meter = new ProgressMeter(
      (progress) => told.push(progress),
      () => time,
    );
  });
  /** `count` pieces, one every `everyMs`. */
  const receive = (count: number, everyMs: number, bytes: number, from = 0): number => {
    let at = from;
    for (let piece = 0; piece < count; piece += 1) {
      meter.at((at += bytes), undefined);
      time += everyMs;
    }
    return at;
  };

  it('reports at most ten times a second, however often bytes arrive', () => {
    receive(20_000, 0.5, 1);
    assert.ok(told.length >= 90 && told.length <= 101, String(told.length));
  });

  it('reports the first bytes immediately, and the last ones even right after another report', () => {
    meter.at(1000, 1010);
    meter.at(1009, 1010);
    meter.end(1010, 1010);
    assert.deepEqual(
      told.map(({ bytes, total }) => [bytes, total]),
      [
        [1000, 1010],
        [1010, 1010],
      ],
    );
  });

  it('reports each hundredth of a burst, so that a following stall does not hide it', () => {
    for (let bytes = 1; bytes <= 500_000; bytes += 1) meter.at(bytes, 1_000_000);
    assert.equal(told.at(-1)?.bytes, 490_001);
    assert.equal(told.length, 50);
  });

  it('reports no rate before there is a basis for it', () => {
    receive(9, 100, 1000);
    assert.ok(told.every(({ bytesPerSecond }) => bytesPerSecond === undefined));
  });

  it('reports the rate of the last few seconds, not of the whole download', () => {
    const at = receive(100, 100, 1000);
    assert.equal(told.at(-1)?.bytesPerSecond, 10_000);
    receive(60, 100, 5000, at);
    assert.equal(told.at(-1)?.bytesPerSecond, 50_000);
  });

  it('does not count bytes from an earlier run', () => {
    receive(20, 100, 1000, 900_000_000);
    assert.equal(told.at(-1)?.bytesPerSecond, 10_000);
  });

  it('starts over when the download does, and continues when the clock is set back', () => {
    receive(20, 100, 1000);
    receive(5, 100, 1000);
    assert.equal(told.at(-1)?.bytesPerSecond, undefined);
    time -= 3_600_000;
    const before = told.length;
    receive(20, 100, 1000, 5000);
    assert.equal(told.length, before + 20);
    assert.equal(told.at(-1)?.bytesPerSecond, 10_000);
  });
});

describe('AskOnce', () => {
  const asking = (...answers: readonly (ReplaceAnswer | Error)[]) => {
    const asked: string[] = [];
    const ask = new ReplacePolicy(async (path) => {
      const answer = answers[asked.push(path) - 1];
      if (answer instanceof Error) throw answer;
      return answer;
    });
    return { asked, may: (...paths: readonly string[]) => Promise.all(paths.map(ask.mayReplace)) };
  };

  it('asks for each file, as long as each answer is for one file', async () => {
    const { asked, may } = asking('replace', 'keep', undefined);
    assert.deepEqual(await may('a', 'b', 'c'), [true, false, false]);
    assert.deepEqual(asked, ['a', 'b', 'c']);
  });

  it('asks no more after an answer for all files', async () => {
    const replacing = asking('keep', 'replaceAll');
    assert.deepEqual(await replacing.may('a', 'b', 'c', 'd'), [false, true, true, true]);
    assert.deepEqual(replacing.asked, ['a', 'b']);
    const keeping = asking('replace', 'keepAll');
    assert.deepEqual(await keeping.may('a', 'b', 'c'), [true, false, false]);
    assert.deepEqual(keeping.asked, ['a', 'b']);
  });

  it('asks one question at a time', async () => {
    let [open, most] = [0, 0];
    const ask = new ReplacePolicy(async () => {
      most = Math.max(most, ++open);
      await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
      return 'replace';
    });
    await Promise.all(['a', 'b', 'c'].map(ask.mayReplace));
    assert.equal(most, 1);
  });

  it('fails for the file whose prompt failed, and prompts for the next', async () => {
    const failure = new Error('the window is gone');
    const ask = asking(failure, 'replace');
    const [first, second] = await Promise.allSettled([ask.may('a'), ask.may('b')]);
    assert.deepEqual(first, { status: 'rejected', reason: failure });
    assert.deepEqual(second, { status: 'fulfilled', value: [true] });
  });
});

describe('replaceFile', () => {
  const failing = (code: string, times: number) => {
    let left = times;
    return async (): Promise<void> => {
      if (left-- > 0) throw Object.assign(new Error(code), { code, syscall: 'rename' });
    };
  };

  for (const code of ['EBUSY', 'EPERM', 'EACCES'])
    it(`waits a moment for another process that has the file open (${code})`, async () => {
      const clock = new HurriedClock();
      await replaceFile('a', 'b', { clock, signal: unhurried(), move: failing(code, 3) });
      assert.deepEqual(clock.waits, [100, 300, 900]);
    });

  it('gives up if the file stays open', async () => {
    const clock = new HurriedClock();
    const error = await errorOf(replaceFile('a', 'b', { clock, signal: unhurried(), move: failing('EBUSY', 9) }));
    assert.ok(error instanceof Error && 'code' in error && error.code === 'EBUSY');
    assert.equal(clock.waits.length, 3);
  });

  it('does not wait if waiting does not help', async () => {
    const clock = new HurriedClock();
    await errorOf(replaceFile('a', 'b', { clock, signal: unhurried(), move: failing('ENOSPC', 9) }));
    assert.deepEqual(clock.waits, []);
  });

  it('stops waiting when it is aborted', async () => {
    const reason = new Error('canceled');
    const options = { clock: new HurriedClock(), signal: AbortSignal.abort(reason), move: failing('EBUSY', 1) };
    assert.equal(await errorOf(replaceFile('a', 'b', options)), reason);
  });
});
