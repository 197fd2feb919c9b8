package app_test

import (
	"os"
	"testing"

	"sallyport/sandbox/auth0/actions"
)

// TestMain lets the test program be the process in which a simulated Auth0 tenant
// runs the JavaScript of an Action.
func TestMain(m *testing.M) {
	if actions.Asked(os.Args[1:]) {
		if err := actions.Main(os.Stdin, os.Stdout); err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}
