import { l10n } from 'vscode';
import type { UnusableToken } from '../../core/model/token';

/** Why a secret can't be used to sign in, and which can. */
export function unusableTokenSentence(kind: UnusableToken): string {
  const instead = l10n.t('Use a personal, project or group access token.');
  return `${whatItIs(kind)} ${instead}`;
}

function whatItIs(kind: UnusableToken): string {
  const words: Readonly<Record<UnusableToken, string>> = {
    deploy: l10n.t("This is a deploy token: it can't use the API."),
    runner: l10n.t("This is a runner token: it can't use the API."),
    trigger: l10n.t("This is a pipeline trigger token: it can start pipelines, but it can't read builds."),
    job: l10n.t("This is a CI/CD job token: it ends with the job and can't be used to sign in."),
    feed: l10n.t("This is a feed token: it can't use the API."),
    incomingMail: l10n.t("This is an incoming email token: it can't use the API."),
    applicationSecret: l10n.t("This is an OAuth application secret: it can't use the API."),
    agent: l10n.t("This is a token for the GitLab agent for Kubernetes: it can't use the API."),
    scim: l10n.t("This is a SCIM token: it can't read builds."),
    featureFlags: l10n.t("This is a feature flags client token: it can't use the API."),
    workspace: l10n.t("This is a workspace token: it can't be used to sign in."),
    session: l10n.t("This is a browser's session cookie: it can't be used to sign in."),
    webToken: l10n.t("This is a JSON web token, such as a CI/CD job has: it can't be used to sign in."),
    gitHub: l10n.t("This is a GitHub token: it can't be used to sign in to GitLab."),
  };
  return words[kind];
}
