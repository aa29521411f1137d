/** The signs on buttons: drawn in the colour of the text, on a field of 20 by 20. Never read aloud; whatever they are on has a name. */

const paths = {
  arrowDown: "M10 4v12m0 0 5-5m-5 5-5-5",
  at: "M10 13a3 3 0 1 0 0-6 3 3 0 0 0 0 6Zm3-3v1.2a2 2 0 0 0 4 0V10a7 7 0 1 0-2.8 5.6",
  bell: "M5 13V9a5 5 0 0 1 10 0v4l1.5 2h-13L5 13Zm3.5 4.5h3",
  bellOff: "M5 13V9a5 5 0 0 1 8-4M15 9v4l1.5 2H7M8.5 17.5h3M3 3l14 14",
  block: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM5 5l10 10",
  chart: "M4 16V4m0 12h12M7.5 13V9m3.5 4V6m3.5 7v-3",
  chat: "M4 4h12a1.5 1.5 0 0 1 1.5 1.5v7A1.5 1.5 0 0 1 16 14h-6l-4 3v-3H4a1.5 1.5 0 0 1-1.5-1.5v-7A1.5 1.5 0 0 1 4 4Z",
  check: "m4 10.5 4 4 8-9",
  chevronDown: "m5 7.5 5 5 5-5",
  chevronEnd: "m7.5 5 5 5-5 5",
  clock: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm0-11v4.2l2.8 1.8",
  close: "m5 5 10 10M15 5 5 15",
  copy: "M7 7V4.5A1.5 1.5 0 0 1 8.5 3h7A1.5 1.5 0 0 1 17 4.5v7a1.5 1.5 0 0 1-1.5 1.5H13M4.5 7h7A1.5 1.5 0 0 1 13 8.5v7a1.5 1.5 0 0 1-1.5 1.5h-7A1.5 1.5 0 0 1 3 15.5v-7A1.5 1.5 0 0 1 4.5 7Z",
  download: "M10 3.5V13m0 0 4-4m-4 4-4-4M4 16.5h12",
  edit: "M12.5 4.5 15.5 7.5 7.5 15.5 4 16l.5-3.5 8-8Z",
  hash: "M8 3.5 6.5 16.5m7-13L12 16.5M3.5 7.5h13.5m-14 5H16.5",
  help: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm-2-9a2 2 0 1 1 2.8 1.8c-.5.3-.8.6-.8 1.4m0 2.3v.1",
  link: "M8.5 11.5a3 3 0 0 0 4.3 0l2.7-2.7a3 3 0 0 0-4.3-4.3l-1 1m1.3 3a3 3 0 0 0-4.3 0L4.5 11.2a3 3 0 0 0 4.3 4.3l1-1",
  list: "M7 5h9M7 10h9M7 15h9M3.5 5h.1m-.1 5h.1m-.1 5h.1",
  lock: "M5.5 9h9a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1v-6a1 1 0 0 1 1-1Zm1.5 0V6.5a3 3 0 0 1 6 0V9",
  menu: "M3.5 5.5h13M3.5 10h13M3.5 14.5h13",
  moon: "M16.5 11.5A7 7 0 0 1 8.5 3.5a7 7 0 1 0 8 8Z",
  more: "M3.8 10a.7.7 0 1 0 1.4 0 .7.7 0 1 0-1.4 0Zm5.5 0a.7.7 0 1 0 1.4 0 .7.7 0 1 0-1.4 0Zm5.5 0a.7.7 0 1 0 1.4 0 .7.7 0 1 0-1.4 0Z",
  plus: "M10 4v12M4 10h12",
  refresh: "M16 10a6 6 0 1 1-1.8-4.3M16.5 3.5v3h-3",
  reply: "M8 5 3.5 9.5 8 14M4 9.5h7a5.5 5.5 0 0 1 5.5 5.5v.5",
  search: "M9 15A6 6 0 1 0 9 3a6 6 0 0 0 0 12Zm4.5-1.5L17 17",
  send: "M3.5 10 16.5 4l-4 12.5-3-5-6-1.5Zm6 1.5 3-3",
  settings: "M3.5 6h7m4 0h2M3.5 14h2m4 0h7M12.5 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4Zm-5 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z",
  shield: "M10 3 4.5 5v4.5c0 3.5 2.3 6 5.5 7.5 3.2-1.5 5.5-4 5.5-7.5V5L10 3Z",
  signOut: "M8 3.5H5A1.5 1.5 0 0 0 3.5 5v10A1.5 1.5 0 0 0 5 16.5h3M12.5 6.5 16 10l-3.5 3.5M16 10H8",
  smile: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM7 11.5c.6 1.2 1.7 1.8 3 1.8s2.400-.6 3-1.8M7.5 8h.01M12.5 8h.01",
  sun: "M10 13.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM10 2.5v1m0 13v1M2.5 10h1m13 0h1M4.7 4.7l.7.7m9.2 9.2.7.7m0-10.600-.7.7m-9.2 9.2-.7.7",
  table: "M3.5 4.5h13v11h-13v-11Zm0 3.7h13m-13 3.7h13M8 8.2v7.3",
  trash: "M4 6h12M8 6V4h4v2m-6.5 0 .7 10h7.600l.7-10M8.5 9v4.5m3-4.5v4.5",
  user: "M10 10a3.2 3.2 0 1 0 0-6.5 3.2 3.2 0 0 0 0 6.5Zm-6 7c.5-3 2.900-4.7 6-4.7s5.5 1.7 6 4.7",
  users:
    "M7.5 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM2 16.5c.4-2.8 2.600-4.3 5.5-4.3s5.100 1.5 5.5 4.3M13 9.5a3 3 0 0 0 0-6m2 9c1.7.7 2.7 2 3 4",
  warning: "M10 3.5 17.5 16.5h-15L10 3.5Zm0 5v4m0 2v.1"
} as const

export type IconName = keyof typeof paths

/** `size` in pixels of a screen at 100 %. */
export const Icon = ({ name, size = 20 }: { readonly name: IconName; readonly size?: number }) => (
  <svg
    aria-hidden="true"
    focusable="false"
    viewBox="0 0 20 20"
    width={size}
    height={size}
    fill="none"
    stroke="currentColor"
    strokeWidth={1.6}
    strokeLinecap="round"
    strokeLinejoin="round"
  >
    <path d={paths[name]} />
  </svg>
)
