import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { resumableBody } from '../../../../src/core/artifacts/download/transfer';
import { DiskError, GitLabError } from '../../../../src/core/model/errors';
import { systemClock, type Clock } from '../../../../src/core/util/timer';
import { bytesOf, errorOf, unhurried } from '../../support';
import { HurriedClock, piecewise, Scripted, serving } from '../opening';

const content = randomBytes(2_000_000);
const validator = '"v1"';
const offline = new GitLabError({ kind: 'offline', host: 'gitlab.example' });
const breaking = () => ({
  size: content.length,
  validator,
  body: piecewise(content.subarray(0, 1_000_000), offline),
});

describe('steadily', () => {
  const body = (server: Scripted, signal = unhurried()) =>
    resumableBody({ open: server.open, signal, clock: new HurriedClock() });

  it('returns the bytes of a file whose connection breaks, as if it had not', async () => {
    const server = new Scripted([breaking, () => offline, serving(content, validator)]);
    assert.ok((await bytesOf(body(server))).equals(content));
    assert.deepEqual(
      server.asked.map((from) => from?.start),
      [undefined, 1_000_000, 1_000_000],
    );
  });

  it("fails if the server starts over, since returned bytes can't be taken back", async () => {
    const server = new Scripted([breaking, serving(content, '"v2"')]);
    const error = await errorOf(bytesOf(body(server)));
    assert.ok(error instanceof DiskError);
    assert.deepEqual([error.kind, error.detail], ['incomplete', `1000000/${content.length}`]);
  });

  it('fails immediately if the first response is a failure', async () => {
    const server = new Scripted([() => offline]);
    assert.equal(await errorOf(bytesOf(body(server))), offline);
    assert.equal(server.asked.length, 1);
  });

  it('does not retry other failures', async () => {
    const refused = new GitLabError({ kind: 'forbidden', host: 'gitlab.example' });
    const server = new Scripted([breaking, () => refused]);
    assert.equal(await errorOf(bytesOf(body(server))), refused);
    assert.equal(server.asked.length, 2);
  });

  it('stops while it waits to retry when it is aborted', async () => {
    const controller = new AbortController();
    const reason = new Error('canceled');
    const clock: Clock = {
      ...systemClock,
      setTimeout: () => {
        queueMicrotask(() => controller.abort(reason));
        return setTimeout(() => {}, 0);
      },
    };
    const server = new Scripted([breaking]);
    assert.equal(
      await errorOf(bytesOf(resumableBody({ open: server.open, signal: controller.signal, clock }))),
      reason,
    );
    assert.equal(server.asked.length, 1);
  });
});
