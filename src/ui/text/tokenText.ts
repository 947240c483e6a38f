import { l10n } from 'vscode';
import type { UnusableToken } from '../../core/model/token';

/** Why a secret can't be used to sign in, and which can. */
export function unusableTokenSentence(kind: UnusableToken): string {
  const instead = l10n.t('Use a personal, project or group access token.');
  return `${whatItIs(kind)} ${instead}`;
}

function whatItIs(kind: UnusableToken): string {
  switch (kind) {
    case 'deploy':
      return l10n.t("This is a deploy token: it can't use the API.");
    case 'runner':
      return l10n.t("This is a token of a runner: it can't use the API.");
    case 'trigger':
      return l10n.t("This is a pipeline trigger token: it can start pipelines, but it can't read builds.");
    case 'job':
      return l10n.t("This is the token of a CI/CD job: it ends with the job, and it can't be used to sign in.");
    case 'feed':
      return l10n.t("This is a feed token: it can't use the API.");
    case 'incomingMail':
      return l10n.t("This is an incoming email token: it can't use the API.");
    case 'applicationSecret':
      return l10n.t("This is the secret of an OAuth application: it can't use the API.");
    case 'agent':
      return l10n.t("This is the token of an agent for Kubernetes: it can't use the API.");
    case 'scim':
      return l10n.t("This is a SCIM token: it can't read builds.");
    case 'featureFlags':
      return l10n.t("This is a feature flags client token: it can't use the API.");
    case 'workspace':
      return l10n.t("This is the token of a workspace: it can't be used to sign in.");
    case 'session':
      return l10n.t("This is the session cookie of a browser: it can't be used to sign in.");
    case 'webToken':
      return l10n.t("This is a JSON web token, such as that of a CI/CD job: it can't be used to sign in.");
    default:
      return kind satisfies never;
  }
}
