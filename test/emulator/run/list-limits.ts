/** How many a page holds when 0 is asked for, and at most, is the server's choice; the numbers here are ours. */
export const LIST_LIMITS = { defaultSize: 100, largestSize: 1000 };
