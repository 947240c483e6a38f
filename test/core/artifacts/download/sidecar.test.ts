import assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import { readSidecar, writeSidecar, type Sidecar } from '../../../../src/core/artifacts/download/sidecar';
import { Disk } from '../disk';
import { HurriedClock } from '../opening';

const sidecar: Sidecar = {
  instance: 'https://gitlab.example',
  project: 'group/project',
  build: 7,
  total: 9,
  file: '1-2',
};

describe('A sidecar', () => {
  let disk: Disk;
  beforeEach(() => (disk = new Disk()));
  afterEach(() => disk.remove());

  it('is replaced once nobody is reading it, as Windows requires', async () => {
    const path = disk.at('part.json');
    await writeSidecar(path, sidecar, { clock: new HurriedClock() });
    let refusals = 2;
    const move = async (from: string, to: string): Promise<void> => {
      if (refusals-- > 0) throw Object.assign(new Error('EBUSY'), { code: 'EBUSY' });
      renameSync(from, to);
    };
    await writeSidecar(path, { ...sidecar, total: 10 }, { clock: new HurriedClock(), move });
    assert.equal((await readSidecar(path))?.total, 10);
    assert.deepEqual(disk.list(), ['part.json']);
  });
});
