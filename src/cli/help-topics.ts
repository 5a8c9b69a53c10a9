/** Short texts for `mw help TOPIC`. */
export const topics: Readonly<Record<string, string>> = {
  'exit-codes': `0    done, or the condition holds
1    an error
2    wrong usage, or a configuration that does not fit
3    work ended and was not accepted: paused, failed, rejected
4    a person is needed, or nobody is signed in
5    not found
6    a conflict, or somebody was quicker
7    stopped at a bound of money or number
8    not done yet, with a time limit
130  interrupted; the work goes on or is kept`,
  addresses: `MW-12                     an item
MW-12/build               a phase of it
MW-12/build#3             one attempt
MW-12/review.security#1   one reviewer's session`,
  json: `--json prints one object with schemaVersion; fields are only added within a version. Streams (events, watch, up)
print one journal event a line. Money is in micro-USD; null means unknown. Times are ISO 8601, in UTC.`,
  env: `MW_HOME       where all state lives; ~/.local/state/millwright by default
DATABASE_URL  your own PostgreSQL instead of the private one
MW_USER       the name under which decisions are recorded; your login by default
NO_COLOR      no colour`,
  config: `millwright.yaml and .millwright/ are read from the latest commit of the target branch, never from where an agent
works. mw config check names every mistake with its place; mw config show prints every default.`,
  security: `An agent works in a private clone inside a sandbox: an empty root, a cleared environment, no network but the
hosts that the configuration lists. What it leaves is taken as file content. Checks run in a second sandbox on the
imported commit. mw doctor tries to break out of the sandbox and says what held.`,
};
