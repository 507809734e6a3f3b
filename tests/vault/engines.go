package main

import (
	kv "github.com/hashicorp/vault-plugin-secrets-kv"
	"github.com/hashicorp/vault/sdk/helper/consts"
)

// engines is the catalogue of Vault's plugins with the key-value engine alone.
type engines struct{}

func (engines) Contains(name string, kind consts.PluginType) bool {
	return name == "kv" && kind == consts.PluginTypeSecrets
}

func (e engines) Get(name string, kind consts.PluginType) (func() (interface{}, error), bool) {
	return func() (interface{}, error) { return kv.Factory, nil }, e.Contains(name, kind)
}

func (engines) Keys(consts.PluginType) []string { return []string{"kv"} }

func (engines) DeprecationStatus(string, consts.PluginType) (consts.DeprecationStatus, bool) {
	return consts.Supported, true
}

func (engines) IsBuiltinEntPlugin(string, consts.PluginType) bool { return false }
