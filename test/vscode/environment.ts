/**
 * The environment of the server: ours, without what would leak a secret of the developer into a test (GITLAB_*) or
 * belongs to the VS Code, debugger or git hook which this process may itself be running in.
 */
export function serverEnvironment(
  inherited: NodeJS.ProcessEnv,
  given: Readonly<Record<string, string>> = {},
): NodeJS.ProcessEnv {
  const foreign = /^(GITLAB|VSCODE|ELECTRON|GIT|CI_JOB|CI_REGISTRY)_|^NODE_OPTIONS$/i;
  const kept = Object.entries(inherited).filter(([name]) => !foreign.test(name));
  return { ...Object.fromEntries(kept), EXTENSIONS_GALLERY: '{"serviceUrl":""}', ...given };
}
