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
      return l10n.t("This is a runner token: it can't use the API.");
    case 'trigger':
      return l10n.t("This is a pipeline trigger token: it can start pipelines, but it can't read builds.");
    case 'job':
      return l10n.t("This is a CI/CD job token: it ends with the job and can't be used to sign in.");
    case 'feed':
      return l10n.t("This is a feed token: it can't use the API.");
    case 'incomingMail':
      return l10n.t("This is an incoming email token: it can't use the API.");
    case 'applicationSecret':
      return l10n.t("This is an OAuth application secret: it can't use the API.");
    case 'agent':
      return l10n.t("This is a token for the GitLab agent for Kubernetes: it can't use the API.");
    case 'scim':
      return l10n.t("This is a SCIM token: it can't read builds.");
    case 'featureFlags':
      return l10n.t("This is a feature flags client token: it can't use the API.");
    case 'workspace':
      return l10n.t("This is a workspace token: it can't be used to sign in.");
    case 'session':
      return l10n.t("This is a browser's session cookie: it can't be used to sign in.");
    case 'webToken':
      return l10n.t("This is a JSON web token, such as a CI/CD job has: it can't be used to sign in.");
    default:
      return kind satisfies never;
  }
}
