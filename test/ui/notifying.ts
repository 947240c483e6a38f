import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { window, type ViewBadge } from 'vscode';
import type { Build } from '../../src/core/model/build';
import type { Snapshot } from '../../src/core/model/snapshot';
import { Notifications } from '../../src/ui/views/notifications';
import { Report } from '../../src/ui/report';
import type { NoticeClaims } from '../../src/core/session/noticeClaims';
import type { RepositoryView } from '../../src/core/session/repositoryView';
import { Settings } from '../../src/ui/session/settings';
import { FakeClock } from '../core/support';
import { editor } from './fake/editor';
import type { Message } from './fake/message';
import { ready, someBuilds } from './samples';

/** Notifications in the test's window, with a view and commands that only take note. */
export class Notifying {
  readonly settings = new Settings();
  inSight = false;
  focused = true;
  readonly badges: (ViewBadge | undefined)[] = [];
  readonly acts: (readonly unknown[])[] = [];
  readonly notifications: Notifications;

  /** Samples use the same ids over and over, so each claim is the first unless a test brings claims of its own. */
  constructor(
    claims: Pick<NoticeClaims, 'claim'> = { claim: () => Promise.resolve(true) },
    readonly clock = new FakeClock(),
  ) {
    this.notifications = new Notifications({
      clock,
      claims,
      report: new Report(window.createOutputChannel('x', { log: true })),
      settings: this.settings,
      isVisible: () => this.inSight,
      isFocused: () => this.focused,
      badge: (badge) => this.badges.push(badge),
      act: async (...command) => void this.acts.push(command),
    });
  }

  show(...repositories: readonly RepositoryView[]): void {
    this.notifications.show({ repositories, active: repositories[0]?.root });
  }

  /** The repository `one` runs, and then is as this says. */
  end(...statuses: readonly string[]): void {
    this.show(of('one', builds('running')));
    this.show(of('one', builds(...statuses)));
  }

  async press(button: string): Promise<void> {
    only().press(button);
    await nextTurn();
  }

  dispose(): void {
    this.notifications.dispose();
    this.settings.dispose();
    assert.deepEqual(this.clock.waits, []);
  }
}

export function of(name: string, snapshot: Snapshot | undefined): RepositoryView {
  return { root: `file:///${name}`, name, snapshot };
}

/** As one that has run: with a page and a log. */
export function withPage(build: Build): Build {
  return { ...build, startedAt: build.createdAt, webUrl: `https://git.example.com/builds/${build.id}` };
}

export function builds(...statuses: readonly string[]): Snapshot {
  return ready(someBuilds(...statuses.map((status) => ({ status }))).map(withPage));
}

export function setNotifications(value: unknown): void {
  const { configuration } = editor();
  configuration.set(configuration.global, 'gitlabBuilds.notifications', value);
}

export function texts(): readonly string[] {
  return editor().messages.map(({ text }) => text);
}

export function only(): Message {
  const [message, ...others] = editor().messages;
  assert.ok(message && others.length === 0, JSON.stringify(texts()));
  return message;
}
