import { ApiError } from "../api/client";
import { Command } from "../table/empty";

/** What a part of the page needs, where the server does not have it. */
export function NotSetUp({ about, setting }: { about: string; setting: string }) {
  return (
    <div class="first-steps not-set-up">
      <p>{about}</p>
      <Command line={setting} />
    </div>
  );
}

/** An endpoint that this server has not: there is nothing to show. */
export function nothingIfMissing(error: Error): null {
  if (error instanceof ApiError && error.code === 404) return null;
  throw error;
}
