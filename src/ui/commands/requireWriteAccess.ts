import { UserError } from '../report';
import { readOnlySentence } from '../text/failures';
import type { Command } from './command';
import { rootsOf } from './targets';

/** A command that changes something on GitLab: refused where the token may only read. */
export function requireWriteAccess(command: Command): Command {
  return async (context, args) => {
    for (const root of rootsOf(context, args)) {
      const snapshot = context.session.snapshotOf(root);
      if (snapshot?.kind === 'ready' && snapshot.readOnly)
        throw new UserError(readOnlySentence(new URL(snapshot.target.instance.url).host), 'signIn');
    }
    await command(context, args);
  };
}
