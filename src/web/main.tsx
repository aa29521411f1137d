/** Begins the app in the page. */
import { StrictMode } from "react"
import { createRoot } from "react-dom/client"
import { App } from "./App.tsx"
import { appearance } from "./Appearance.ts"
import "./theme.css"
import "./base.css"

appearance.apply()

const root = document.getElementById("root")
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>
  )
}
