import assert from 'node:assert/strict';
import type { Instance } from '../../../src/core/model/instance';
import { InstanceHosts } from '../../../src/core/session/instanceHosts';
import { FakeMemento } from '../../ui/fake/memento';

const instance = (url: string, ...hosts: readonly string[]): Instance => ({ url, hosts, apiVersion: 'auto' });
const [one, other] = [instance('https://one.example.com'), instance('https://other.example.com', 'ssh.example.com')];

describe('The hosts that a user has signed in for', () => {
  it('belong to the instance of that sign-in, in every window', () => {
    const memento = new FakeMemento();
    const [window, another] = [new InstanceHosts(memento), new InstanceHosts(memento)];
    window.keep('work', one.url);
    assert.deepEqual(another.complete([one, other]), [{ ...one, hosts: ['work'] }, other]);
    another.keep('work', other.url);
    assert.deepEqual(window.complete([one, other]), [one, { ...other, hosts: ['ssh.example.com', 'work'] }]);
  });

  it('are removed with the instance', () => {
    const memento = new FakeMemento();
    const hosts = new InstanceHosts(memento);
    hosts.keep('work', one.url);
    hosts.forget(other.url);
    assert.deepEqual(hosts.complete([one]), [{ ...one, hosts: ['work'] }]);
    hosts.forget(one.url);
    assert.deepEqual([hosts.complete([one]), memento.keys()], [[one], []]);
  });

  it('give way to the settings, and to an instance with the same host', () => {
    const hosts = new InstanceHosts(new FakeMemento());
    hosts.keep('ssh.example.com', one.url);
    hosts.keep('other.example.com', one.url);
    assert.deepEqual(hosts.complete([one, other]), [one, other]);
  });

  it('are empty if the stored data is damaged, and limited to a hundred', () => {
    const memento = new FakeMemento();
    void memento.update('instanceHosts', { work: 7, home: one.url });
    const hosts = new InstanceHosts(memento);
    assert.deepEqual(hosts.complete([one])[0]?.hosts, ['home']);
    for (let index = 0; index < 100; index += 1) hosts.keep(`host${index}`, one.url);
    assert.deepEqual(
      [hosts.complete([one])[0]?.hosts.length, hosts.complete([one])[0]?.hosts.includes('home')],
      [100, false],
    );
  });
});
