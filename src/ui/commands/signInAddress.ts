import { l10n } from 'vscode';
import { toFailure, type FailureKind } from '../../core/model/errors';
import { toBaseUrl } from '../../core/model/instance';
import { looksLikeToken } from '../../core/model/token';
import { failureSentence, inFrontSentence } from '../text/failures';
import { askText } from './prompts';
import type { CommandContext } from './command';

/** Responses behind which there may be a GitLab: a sign-in page, or a proxy that requires a token. */
const mayHideGitLab = new Set<FailureKind>(['notGitLab', 'forbidden']);

/**
 * Asks for the base URL of a GitLab and checks without a token that one is there, or at a parent path; undefined if the
 * user cancels. If something else responds, pressing Enter again continues anyway.
 */
export async function askAddress(
  { clients }: CommandContext,
  value: string,
  suggested = value,
): Promise<string | undefined> {
  let found: string | undefined;
  let doubted: string | undefined;
  const check = async (text: string): Promise<string | undefined> => {
    if (looksLikeToken(text))
      return l10n.t(
        'That looks like a token. Enter the URL of your GitLab here. The token is asked for in the next step.',
      );
    const url = toBaseUrl(text);
    if (url === undefined) return l10n.t('Enter a URL such as https://git.example.com');
    found = url;
    if (url === doubted) return undefined;
    try {
      ({ url: found } = await clients.find(url, new AbortController().signal));
      return undefined;
    } catch (error) {
      const failure = toFailure(error);
      doubted = mayHideGitLab.has(failure.kind) ? url : undefined;
      return doubted === undefined ? failureSentence(failure) : inFrontSentence(failure);
    }
  };
  const answer = await askText({
    title: l10n.t('Sign in to GitLab (1/2)'),
    prompt: promptFor(suggested),
    placeholder: 'https://git.example.com',
    value,
    masks: looksLikeToken,
    check,
  });
  return answer === undefined ? undefined : found;
}

/** Names the host of the remote, which the view's title cuts off. */
function promptFor(suggested: string): string {
  return URL.canParse(suggested)
    ? l10n.t(
        'The remote of this repository is on {0}. Enter the URL of its GitLab, including any path (https://example.com/gitlab).',
        new URL(suggested).host,
      )
    : l10n.t('GitLab URL, including any path (https://example.com/gitlab)');
}
