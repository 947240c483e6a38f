import { type Answer, grapeFailure, html, redirect, type Request } from './answer';

/** What is not the API: Rails, its pages and its static files. */
export function railsNotFound({ headers }: Request): Answer {
  // PublicExceptions answers in the one format that is asked for; a list of formats (or none) gets the page.
  if (headers.accept === 'application/json') {
    const body = JSON.stringify({ status: '404', error: 'Not Found' });
    return { status: 404, headers: { 'Content-Type': 'application/json; charset=utf-8' }, body };
  }
  return html(404, page("The page you're looking for could not be found (404)", '<h1>404</h1>'));
}

/** From 8.13 on: what no route knows, who is signed in does not find, and anybody else may sign in for. */
export function unmatchedRoute(request: Request, isSignedIn: boolean, url: string): Answer {
  const wantsJson = request.headers.accept === 'application/json';
  if (isSignedIn) return wantsJson ? { status: 404, headers: {}, body: '' } : railsNotFound(request);
  return wantsJson
    ? grapeFailure(401, 'You need to sign in or sign up before continuing.')
    : redirect(`${url}/users/sign_in`);
}

/** GitLab 11.0 and later, to anybody and any method. */
export const v3Gone = grapeFailure(410, 'API V3 is no longer supported. Use API V4 instead.');

/** Nobody is signed in: every page leads to the sign-in, which is a 200. */
export function webPage(path: string, url: string): Answer {
  return path.startsWith('/users/sign_in')
    ? html(200, page('Sign in · GitLab', signInForm))
    : redirect(`${url}/users/sign_in`);
}

/** Outside the relative URL root nginx knows nothing. */
export function nginxNotFound(): Answer {
  return html(404, page('404 Not Found', '<center><h1>404 Not Found</h1></center><hr><center>nginx</center>'));
}

const signInForm =
  '<form action="/users/sign_in" method="post"><input name="user[login]"><input name="user[password]" type="password"></form>';

function page(title: string, body: string): string {
  return `<!DOCTYPE html>\n<html>\n<head>\n<title>${title}</title>\n</head>\n<body>\n${body}\n</body>\n</html>\n`;
}
