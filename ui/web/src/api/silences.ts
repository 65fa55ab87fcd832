// The JSON of Alertmanager's /api/v2/silences.

export interface Matcher {
  name: string;
  value: string;
  isRegex: boolean;
  isEqual: boolean;
}

/** A silence to be made; times are RFC 3339. */
export interface SilenceBody {
  matchers: Matcher[];
  startsAt: string;
  endsAt: string;
  createdBy: string;
  comment: string;
}

export interface Silence extends SilenceBody {
  id: string;
  updatedAt: string;
  status: { state: "active" | "pending" | "expired" };
}
