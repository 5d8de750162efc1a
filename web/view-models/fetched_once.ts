// SPDX-License-Identifier: AGPL-3.0-or-later

/** Fetches with the first call, for all that follow; where that failed the next one tries again. */
export function fetchedOnce<Fetched>(fetch: () => Promise<Fetched>): () => Promise<Fetched> {
  let fetching: Promise<Fetched> | undefined;
  return () => {
    if (fetching !== undefined) return fetching;
    const begun = fetch();
    fetching = begun;
    begun.catch(() => (fetching = undefined));
    return begun;
  };
}
