import { compareWithEmpty } from '../vscode/activation';
import { projectRoot } from '../vscode/project';
import { spread, told } from './numbers';
import type { Measured, Options } from './part';

/** From asking for the activation until it is done, ours and that of an extension that does nothing, by turns. */
export async function measureActivation({ release, runs }: Options): Promise<Measured> {
  const times = await compareWithEmpty({ release, runs, developmentPath: projectRoot });
  const [ours, empty] = [spread(times.extension), spread(times.empty)];
  const over = spread(times.extension.map((ms, turn) => ms - (times.empty[turn] ?? NaN)));
  return {
    lines: [
      { what: 'activate', measured: told(ours, 'ms') },
      { what: 'activate an empty extension', measured: told(empty, 'ms') },
      { what: 'over it, medians', measured: `${(ours.median - empty.median).toFixed(1)} ms`, aim: '≤ 5 ms' },
      { what: 'over it, turn by turn', measured: told(over, 'ms') },
    ],
    numbers: { milliseconds: times },
  };
}
