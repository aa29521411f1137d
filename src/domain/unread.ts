/** Messages of others beyond a marker, and mentions among them, that are counted at most: the number then stands for as many or more. */
export const UNREAD_MAX = 200
