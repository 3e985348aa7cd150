# Reads a Vagrantfile without Vagrant: what it sets is printed as JSON. usage: ruby vagrant_stub.rb VAGRANTFILE
require "json"

# A part of the configuration: remembers what is set; `vmx` and `env` are mappings that are there already.
class Part
  attr_reader :set

  def initialize(set) = @set = set
  def vmx = @set["vmx"] ||= {}
  def env = @set["env"] ||= {}
  def respond_to_missing?(name, _ = false) = name.end_with?("=")

  def method_missing(name, *values)
    raise NoMethodError, "nothing can be read here: #{name}" unless name.end_with?("=")

    @set[name.to_s.delete_suffix("=")] = values.first
  end
end

class Machine < Part
  def provider(name) = yield(Part.new(@set["provider #{name}"] = {}), Override.new(@set))
  def network(kind, **options) = @set["network"] = { "kind" => kind }.merge(options.transform_keys(&:to_s))
  def synced_folder(*) = nil
  def define(name) = yield(Config.new(@set["machines"][name] = {}))
end

class Config
  def initialize(set) = @set = set
  def vm = Machine.new(@set)
  def trigger = self
  def after(event) = (@set["triggers"] ||= []) << event
end

class Override < Config
  def ssh = Part.new(@set["ssh"] ||= {})
end

module Vagrant
  Plugins = Struct.new(:providers) { def manager = self }

  def self.plugin(_version) = Plugins.new({})
  def self.configure(_version)
    yield(Config.new(found = { "machines" => {} }))
    puts JSON.generate(found)
  end
end

load ARGV.shift
