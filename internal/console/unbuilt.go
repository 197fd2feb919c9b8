package console

import (
	_ "embed"
	"net/http"
)

//go:embed unbuilt.html
var unbuiltPage []byte

// unbuilt answers with how to build the console.
func unbuilt(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write(unbuiltPage) // nobody is left to tell
}
