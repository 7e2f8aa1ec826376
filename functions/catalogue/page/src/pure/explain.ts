/** What went wrong, in words that tell a person what to do. */
import type { ProblemFacts } from "../api/problem";

export interface Words {
  title: string;
  text: string;
}

/** The subject of what titles, histories and people are read from. */
export const CATALOGUE = "the catalogue";

const BY_KEY = new Map<string, Words>(
  Object.entries({
    user_not_found: {
      title: "No user can have this id.",
      text: "It is outside of the ids that the training data can hold.",
    },
    item_not_found: { title: "This item is not known.", text: "The served version was trained without it." },
    model_not_found: {
      title: "There is no model of this name.",
      text: "It may have been taken away since the page was opened.",
    },
    similar_not_supported: {
      title: "No similar items here.",
      text: "This model ranks for people; it does not compare items.",
    },
    no_json: {
      title: "The API answered something that is no JSON.",
      text: "Something between it and this page may have answered in its place.",
    },
    unexpected: {
      title: "The API answered something unexpected.",
      text: "A part of the answer is missing, or of another kind.",
    },
    unaddressable: {
      title: "This id cannot be asked for.",
      text: "It is nothing but dots, which every address folds away.",
    },
  }),
);

export function explain(facts: ProblemFacts, subject: string): Words {
  const { status, error_key, detail } = facts;
  const words = BY_KEY.get(error_key);
  if (words) return words;
  if (error_key === "another_user") return { title: "The API answered for somebody else.", text: detail };
  if (status === 0) return { title: "The API cannot be reached.", text: "Check the connection, then try again." };
  if (status === 401) return { title: "This token is not known, or expired.", text: "Type it in again." };
  if (status === 403) return { title: `This token does not cover ${subject}.`, text: "Whoever gave it can widen it." };
  if (status === 404) return { title: "Not found.", text: detail };
  if (status === 429) return { title: "Too many requests.", text: "This token's quota is used up for the moment." };
  if (status === 503 && subject === CATALOGUE)
    return { title: "No catalogue is published yet, or it cannot be read.", text: "Models may answer without it." };
  if (status === 503) return { title: `No answer from ${subject} yet.`, text: "No good version could be loaded." };
  if (status >= 500) return { title: "Something failed in the API.", text: detail };
  return { title: "The API refused this request.", text: detail };
}

/** Whether waiting helps, and not for too long. */
export const MOST_WAIT = 300;
export function waitFor({ status, retry_after }: ProblemFacts): number | null {
  const worth = (status === 429 || status === 503) && retry_after !== null && retry_after <= MOST_WAIT;
  return worth ? Math.max(1, retry_after) : null;
}
