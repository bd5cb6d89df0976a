// Lists what sync and sync/atomic export, with the type checker's eyes: a line each for functions,
// types, their exported fields and their methods, sorted. Prints the list to standard output.
package main

import (
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"os"
	"runtime"
	"sort"
	"strings"
)

func main() {
	fmt.Printf("# The exported symbols of sync and sync/atomic, as of %s\n", runtime.Version())
	packages := importer.ForCompiler(token.NewFileSet(), "source", nil)
	for _, path := range []string{"sync", "sync/atomic"} {
		pkg, err := packages.Import(path)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		var lines []string
		for _, name := range pkg.Scope().Names() {
			if object := pkg.Scope().Lookup(name); object.Exported() {
				lines = append(lines, symbols(object)...)
			}
		}
		sort.Strings(lines)
		for _, line := range lines {
			fmt.Printf("%s.%s\n", path, line)
		}
	}
}

// symbols returns the symbol itself, and those that belong to it if it is a type.
func symbols(object types.Object) []string {
	qualifier := types.RelativeTo(object.Pkg())
	signature := func(of types.Object) string { return types.TypeString(of.Type(), qualifier) }
	name := object.Name()
	of, isType := object.(*types.TypeName)
	if !isType {
		return []string{name + " " + signature(object)}
	}
	lines := []string{name + " type"}
	if fields, ok := of.Type().Underlying().(*types.Struct); ok {
		for i := range fields.NumFields() {
			if field := fields.Field(i); field.Exported() {
				lines = append(lines, name+"."+field.Name()+" field "+signature(field))
			}
		}
	}
	methodsOf := of.Type()
	if !types.IsInterface(methodsOf) {
		methodsOf = types.NewPointer(methodsOf)
	}
	methods := types.NewMethodSet(methodsOf)
	for i := range methods.Len() {
		if method := methods.At(i).Obj(); method.Exported() {
			declared := strings.TrimPrefix(signature(method), "func")
			lines = append(lines, name+"."+method.Name()+" func"+declared)
		}
	}
	return lines
}
