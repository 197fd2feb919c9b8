package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is set when a release is built: -ldflags "-X main.version=v1.2.3".
var version = "dev"

// build is what runVersion says.
type build struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"` // of the source, when it was built from a checkout
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func runVersion(_ context.Context, flags *flag.FlagSet, args []string, std streams) error {
	asJSON := flags.Bool("json", false, "write JSON")
	if err := parse(flags, args); err != nil {
		return err
	}
	b := build{Version: version, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				b.Revision = s.Value
			}
		}
	}
	if *asJSON {
		return json.NewEncoder(std.out).Encode(b)
	}
	_, err := fmt.Fprintf(std.out, "sallyport %s (%s, %s)\n", b.Version, b.Go, b.Platform)
	return err
}
