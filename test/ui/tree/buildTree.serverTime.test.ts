import assert from 'node:assert/strict';
import { minute } from '../../gitlab/seed';
import { App } from '../app';

const hour = 60 * minute;

for (const hours of [5, -5])
  describe(`The tree of a GitLab whose clock is ${hours} hours ahead of this machine's`, () => {
    let app: App;
    afterEach(() => app.stop());

    it('shows the right running time of a build, and the right expiration date of artifacts', async () => {
      const now = (): number => Date.now() + hours * hour;
      app = await App.start({
        gitlab: { profile: '18.9', now, tellsTime: true },
        prepare: ({ gitlab: { world }, small: { builds } }) => {
          world.update(builds.long, { startedAtMs: now() - 12.5 * minute });
          world.update(builds.compile, { artifactsExpireAtMs: now() + 90 * minute });
        },
      });
      await app.shows('ready');
      const rows = (await app.drawn()).join('\n');
      assert.match(rows, / {2}12 min$/m);
      assert.match(rows, /expires in 2 hours$/m);
    });
  });
