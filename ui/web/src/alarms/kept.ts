import { useRef } from "preact/hooks";
import type { Resource } from "../api/live";

/**
 * What was loaded last, also while it is loaded for another key: a list that is
 * filtered does not vanish in between. Old tells that it is not yet what was asked for.
 */
export function useKept<T>({ data, error }: Resource<T>): { data: T | undefined; old: boolean } {
  const kept = useRef<T | undefined>(undefined);
  if (data !== undefined) kept.current = data;
  if (error) kept.current = data;
  return { data: kept.current, old: data === undefined && kept.current !== undefined };
}
